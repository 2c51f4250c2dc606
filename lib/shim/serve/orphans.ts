import type { ExitStatus } from '../../exit/exit-status.js'
import { Zombies } from '../../reaping/zombies.js'
import { subreaper } from '../../system/subreaper.js'

/**
 * The processes that come to this process when a keeper is killed that it has started. They are reaped here, so the status
 * of a container is known without its keeper.
 */
export class Orphans {
  readonly #awaited = new Map<number, (status: ExitStatus) => void>()

  constructor() {
    subreaper.enable()
    void this.#reap(new Zombies())
  }

  /** Waits for the status of a process, which may never come here. The caller has to `forget()` the pid. */
  statusOf(pid: number): Promise<ExitStatus> {
    return new Promise((resolve) => this.#awaited.set(pid, resolve))
  }

  forget(pid: number): void {
    this.#awaited.delete(pid)
  }

  async #reap(zombies: Zombies): Promise<void> {
    for await (const status of zombies) this.#awaited.get(status.pid)?.(status)
  }
}
