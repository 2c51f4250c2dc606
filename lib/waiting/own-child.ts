import type { ExitStatus } from '../exit/exit-status.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { readStat } from '../system/proc.js'
import type { Observation } from './observation.js'

/** A child of sexton's `spawn`. The reaper waits for it, however many observers it has. */
export class ObservedOwnChild implements Observation {
  readonly pid: number
  readonly exited: Promise<ExitStatus>
  readonly #child: OwnedChild
  #stop!: () => void

  constructor(child: OwnedChild) {
    this.pid = child.pid
    this.#child = child
    this.exited = new Promise((resolve) => {
      this.#stop = child.onExit(resolve)
    })
  }

  check(): boolean {
    return this.#child.check()
  }

  kill(signal: number): boolean {
    return this.#child.kill(signal)
  }

  startTime(): number | undefined {
    return readStat(this.pid)?.startTime
  }

  stop(): void {
    this.#stop()
  }
}
