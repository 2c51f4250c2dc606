import { systemError } from '../base/errors.js'
import { backend, type Check, type Watch } from '../exit/backend.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { watchPidfd } from '../exit/pidfd.js'
import { watchByPolling } from '../exit/poll.js'
import { watchChild } from '../exit/sigchld.js'
import { watchStops } from '../exit/stops.js'
import { binding } from '../system/binding.js'
import { signalName } from '../system/signal-names.js'

/** A child of sexton's `spawn`, from birth until the reaper has taken its status. */
export class OwnedChild {
  readonly pid: number
  readonly exited: Promise<ExitStatus>
  readonly #take: (pid: number) => unknown
  readonly #waiters = new Set<(status: ExitStatus) => void>()
  #pidfd: number
  #status: ExitStatus | undefined
  #watch: Watch | undefined

  /**
   * @internal By the reaper alone.
   * @param take Takes its status if there is one, and settles it.
   */
  constructor(pid: number, pidfd: number, take: (pid: number) => unknown) {
    this.pid = pid
    this.#pidfd = pidfd
    this.#take = take
    this.exited = new Promise((resolve) => this.#waiters.add(resolve))
  }

  /** @internal Once the reaper knows of it. */
  watch(): void {
    this.#watch = this.#startWatch(() => this.check())
  }

  get status(): ExitStatus | undefined {
    return this.#status
  }

  /** @internal Negative if there is none. */
  get pidfd(): number {
    return this.#pidfd
  }

  /**
   * Tells `waiter` how it ended, unless that was taken back. Not by `exited`: what waits on a promise
   * cannot be taken back, and each wait that was given up would be kept for as long as the child lives.
   */
  onExit(waiter: (status: ExitStatus) => void): () => void {
    if (this.#status !== undefined) waiter(this.#status)
    else this.#waiters.add(waiter)
    return () => void this.#waiters.delete(waiter)
  }

  /** Takes the status if there is one by now; whether it has ended. */
  check(): boolean {
    if (this.#status === undefined) this.#take(this.pid)
    return this.#status !== undefined
  }

  /**
   * Sends a signal; false if the child has ended: the kernel takes a signal for a zombie, to no effect. Until
   * it is reaped its pid is its own even without a descriptor, for no one else reaps it.
   */
  kill(signal: number): boolean {
    if (this.check()) return false
    const result =
      this.#pidfd < 0 ? binding.kill(this.pid, signal) : binding.pidfdSend(this.#pidfd, signal)
    if (result < 0) throw systemError(result, `kill ${signalName(signal)}`, { pid: this.pid })
    return true
  }

  /** @internal The status has been taken. */
  settle(status: ExitStatus): void {
    this.#status = status
    // First out of the set, then closed: the number may be another process's the instant after.
    this.#watch?.stop()
    if (this.#pidfd >= 0) binding.closeFd(this.#pidfd)
    this.#pidfd = -1
    for (const tell of this.#waiters) tell(status)
    this.#waiters.clear()
  }

  #startWatch(check: Check): Watch {
    if (this.#pidfd < 0 && backend() !== 'poll') return watchChild(this.pid, check)
    // A stop, if it should be traced, is told of by SIGCHLD alone.
    const ends = this.#watchEnd(check)
    const stops = watchStops(this.pid, check)
    return {
      stop: () => {
        ends.stop()
        stops.stop()
      },
    }
  }

  #watchEnd(check: Check): Watch {
    if (this.#pidfd < 0) return watchByPolling(check)
    try {
      return watchPidfd(this.#pidfd, check)
    } catch {
      // The child runs already: that it cannot be watched comfortably must not lose it.
      return watchByPolling(check)
    }
  }
}
