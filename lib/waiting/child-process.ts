import type { ChildProcess } from 'node:child_process'
import { ExitStatus } from '../exit/exit-status.js'
import { childProcessOf } from '../reaping/births.js'
import { peek } from '../reaping/peek.js'
import { observe, reportDeath } from '../reaping/reap-loop.js'
import { readStat } from '../system/proc.js'
import { onExitEvent } from './exit-event.js'
import { type Observation, sendSignal } from './observation.js'

/**
 * A child of `child_process` in this thread. libuv takes its status. If sexton took it, the child's `'exit'` event
 * would never come.
 */
export class ObservedChildProcess implements Observation {
  readonly pid: number
  readonly exited: Promise<ExitStatus>
  readonly #child: ChildProcess
  readonly #stopLooking: () => void
  readonly #stopWaiting: () => void
  #resolve!: (status: ExitStatus) => void

  constructor(pid: number, child: ChildProcess) {
    this.pid = pid
    this.#child = child
    this.exited = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.#stopLooking = observe({ scope: pid, wants: () => 0, before: () => void this.#see() })
    this.#stopWaiting = onExitEvent(child, ([code, signal]) =>
      this.#resolve(ExitStatus.fromExitEvent(pid, code, signal)),
    )
  }

  // A dead child counts even if libuv has not noticed yet, because libuv will. The event may never come: what an
  // earlier listener throws keeps it from the later ones.
  check(): boolean {
    if (this.#hasEnded()) {
      const { exitCode, signalCode } = this.#child
      this.#resolve(ExitStatus.fromExitEvent(this.pid, exitCode, signalCode))
      return true
    }
    if (!this.#see()) return false
    if (this.#isAbandoned()) reportDeath(this.pid)
    return true
  }

  // Until libuv notices the exit, nobody has reaped the child, so the pid is its own. A zombie accepts every signal
  // without effect.
  kill(signal: number): boolean {
    return !this.check() && sendSignal(this.pid, signal)
  }

  // libuv may have reaped the child without emitting `'exit'` yet. Then the pid may belong to another process.
  startTime(): number | undefined {
    const stat = readStat(this.pid)
    return peek(this.pid) === 'not-child' ? undefined : stat?.startTime
  }

  stop(): void {
    this.#stopLooking()
    this.#stopWaiting()
  }

  /**
   * Checks whether the child is dead. If its handle was closed, libuv does not ask any more. Then this is the last
   * chance to see the status, so the wait takes it from here.
   */
  #see(): boolean {
    const status = peek(this.pid)
    if (!(status instanceof ExitStatus)) return false
    if (this.#isAbandoned()) {
      this.#stopLooking()
      this.#resolve(status)
    }
    return true
  }

  /** Whether libuv has closed its handle before it has seen the end. */
  #isAbandoned(): boolean {
    return childProcessOf(this.pid) !== this.#child && !this.#hasEnded()
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }
}
