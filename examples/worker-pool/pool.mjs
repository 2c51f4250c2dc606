import { setTimeout as sleep } from 'node:timers/promises'
import { descendants, openProcess, SextonError, subreaper, Zombies } from 'sexton'
import { WorkerProcess } from './worker-process.mjs'

/** So many worker processes, and jobs for them. The pool takes every child of this process for its own. */
export class WorkerPool {
  #program
  #timeout
  #workers = new Set()
  #free = []
  #waiting = []
  #zombies
  #reaping

  constructor(program, { size, timeout }) {
    this.#program = program
    this.#timeout = timeout
    // What workers leave behind comes to us, not to init: we can see it, end it, and have to reap it.
    subreaper.enable()
    this.#zombies = new Zombies()
    this.#reaping = this.#reap()
    for (let i = 0; i < size; i += 1) this.#free.push(this.#start())
  }

  /** Runs a job on the next free worker. Rejects if that crashes, or takes too long. */
  async run(job) {
    const free = this.#free.pop() ?? (await new Promise((resolve) => this.#waiting.push(resolve)))
    const worker = free.alive ? free : this.#replace(free)
    try {
      return await worker.run(job, this.#timeout)
    } finally {
      this.#release(worker.alive ? worker : this.#replace(worker))
    }
  }

  /** Ends all workers, and whatever they have started; when it resolves nothing is left. */
  async [Symbol.asyncDispose]() {
    await Promise.all([...this.#workers].map((worker) => worker.end()))
    this.#workers.clear()
    // Again and again: a process may beget another while it is being ended.
    while (descendants().length > 0) {
      this.#endOrphans()
      await sleep(5)
    }
    this.#zombies.close()
    await this.#reaping
  }

  #start() {
    const worker = new WorkerProcess(this.#program)
    this.#workers.add(worker)
    return worker
  }

  #replace(worker) {
    this.#workers.delete(worker)
    this.#endOrphans()
    return this.#start()
  }

  #release(worker) {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(worker)
    else next(worker)
  }

  // Whoever is neither a worker nor below one has lost its parent, also if it has a group or a session
  // of its own. Parents come before their children in the list.
  #endOrphans() {
    const kept = new Set([...this.#workers].map(({ pid }) => pid))
    for (const process of descendants()) {
      if (kept.has(process.pid) || kept.has(process.ppid)) kept.add(process.pid)
      else if (process.state !== 'Z') end(process)
    }
  }

  async #reap() {
    for await (const { signal, code } of this.#zombies) {
      console.log(`reaped an orphan: ${signal ?? `exit code ${code}`}`)
    }
  }
}

// By its start time too: its pid may be another's since the list was read.
function end({ pid, startTime }) {
  try {
    const handle = openProcess(pid, { startTime })
    handle.kill('SIGKILL')
    handle[Symbol.dispose]()
  } catch (error) {
    if (!(error instanceof SextonError) || error.code !== 'ERR_NO_SUCH_PROCESS') throw error
  }
}
