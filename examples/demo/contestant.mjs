import { createInterface } from 'node:readline'
import { descendants, spawn } from 'sexton'

const TOO_LONG = 20_000

/** One of the two runs of the program, watched from outside. */
export class Contestant {
  title
  /** Resolves when all orphans have died, or the run has ended before its time. */
  finished
  /** Whether the program came to that point. */
  complete = false
  orphans = 0
  zombies = 0
  peak = 0
  status
  #child

  constructor(title, [file, ...args]) {
    this.title = title
    this.#child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Extra certificates would be read at the start of each Node and only cost time.
      env: { NODE_EXTRA_CA_CERTS: undefined },
      // The terminal stays ours, and an end of ours is its end.
      session: true,
      deathSignal: 'SIGKILL',
      timeout: TOO_LONG,
      killSignal: 'SIGKILL',
    })
    this.finished = this.#follow()
  }

  /** Counts the zombies beneath it, as `/proc` shows them. */
  sample() {
    this.zombies = descendants(this.#child.pid).filter(({ state }) => state === 'Z').length
    this.peak = Math.max(this.peak, this.zombies)
  }

  /** Lets the program end, and waits for that. */
  async end() {
    this.#child.stdin.end()
    this.status = await this.#child.exited
  }

  async #follow() {
    for await (const line of createInterface({ input: this.#child.stdout })) {
      this.complete = line === 'done'
      if (this.complete) return
      this.orphans = Number(line)
    }
  }
}
