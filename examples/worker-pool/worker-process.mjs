import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { spawn } from 'sexton'

/** One worker of the pool: a Node program that answers each line with a line. */
export class WorkerProcess {
  #child
  #answers

  constructor(program) {
    this.#child = spawn(process.execPath, [fileURLToPath(program)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Not asked by Ctrl-C: the pool decides when it ends.
      processGroup: true,
      // If this process is killed, nobody is left to end the worker.
      deathSignal: 'SIGKILL',
      grace: 1_000,
    })
    this.#child.stdin.on('error', () => {}) // it has ended: its exit tells
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  get pid() {
    return this.#child.pid
  }

  get alive() {
    return this.#child.status === undefined && this.#child.terminationReason === undefined
  }

  /** The answer to one job. A worker that fails to give it is no use any more: it is ended. */
  async run(job, timeout) {
    this.#child.stdin.write(`${JSON.stringify(job)}\n`)
    const over = new AbortController()
    try {
      const { value, reason } = await Promise.race([
        this.#answers.next().then(({ value }) => ({ value })),
        sleep(timeout, { reason: `no answer in ${timeout} ms` }, { signal: over.signal }),
      ])
      if (value !== undefined) return JSON.parse(value)
      await this.end()
      const { code, signal } = this.#child.status
      throw new Error(reason ?? `the worker has ended: ${signal ?? `exit code ${code}`}`)
    } finally {
      over.abort()
    }
  }

  /** SIGTERM, SIGKILL a second later, and its status is taken: no zombie stays. */
  end() {
    return this.#child[Symbol.asyncDispose]()
  }
}
