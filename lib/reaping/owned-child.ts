import { callAll } from '../base/call-all.js'
import { systemError } from '../base/errors.js'
import { backend, type Watch } from '../exit/backend.js'
import { ExitStatus } from '../exit/exit-status.js'
import { unwatch, watchOwned } from '../exit/pidfd.js'
import { watchByPolling } from '../exit/poll.js'
import { watchChild } from '../exit/sigchld.js'
import { unwatchStops, watchStops } from '../exit/stops.js'
import { binding } from '../system/binding.js'
import { signalName } from '../system/signal-names.js'
import type { Death } from './observers.js'

/** The functions of the reaper that a child calls. */
interface Reaper {
  /** Takes its status if there is one, notes it and tells everybody. */
  take(pid: number): unknown
  /**
   * Notes a status that was taken by now, and tells nobody.
   *
   * @returns What `tell` needs to know.
   */
  note(child: OwnedChild, status: ExitStatus): Death | undefined
  /** Tells everybody. */
  tell(child: OwnedChild, status: ExitStatus, death: Death | undefined): void
}

// The native `signalChild` has sent nothing, because the child has exited, or stopped for its tracer.
const TAKE_FIRST = 1

/** A child of sexton's `spawn`, from birth until the reaper has taken its status. */
export class OwnedChild {
  readonly pid: number
  readonly #reaper: Reaper
  readonly #waiters = new Set<(status: ExitStatus) => void>()
  #pidfd: number
  #status: ExitStatus | undefined
  #exited: Promise<ExitStatus> | undefined
  /** The token of the watch on the descriptor; 0 if there is none. */
  #token = 0
  /** The watch of a child that has no such token. */
  #watch: Watch | undefined
  #death: Death | undefined
  readonly #check = () => this.check()

  /** @internal For the reaper alone. */
  constructor(pid: number, pidfd: number, reaper: Reaper) {
    this.pid = pid
    this.#pidfd = pidfd
    this.#reaper = reaper
  }

  /** @internal Watches for its end, once the reaper knows it. */
  watch(): void {
    if (this.#pidfd < 0 && backend() !== 'poll') {
      this.#watch = watchChild(this.pid, this.#check)
      return
    }
    this.#watchEnd()
    // Only SIGCHLD tells when a traced child has stopped.
    watchStops(this.pid, this.#check)
  }

  /** A promise of its status, made at the first use: most children are awaited otherwise. */
  get exited(): Promise<ExitStatus> {
    this.#exited ??= new Promise((resolve) => this.onExit(resolve))
    return this.#exited
  }

  get status(): ExitStatus | undefined {
    return this.#status
  }

  /** @internal Its process descriptor; negative if it has none. */
  get pidfd(): number {
    return this.#pidfd
  }

  /**
   * Calls `waiter` with the status when the child has ended. `exited` does not serve here: a promise cannot forget
   * a wait, so each wait that was given up would be kept for as long as the child lives.
   *
   * @returns Cancels the call.
   */
  onExit(waiter: (status: ExitStatus) => void): () => void {
    if (this.#status !== undefined) waiter(this.#status)
    else this.#waiters.add(waiter)
    return () => void this.#waiters.delete(waiter)
  }

  /** Takes the status if there is one by now. Returns whether the child has ended. */
  check(): boolean {
    if (this.#status === undefined) this.#reaper.take(this.pid)
    return this.#status !== undefined
  }

  /**
   * Sends a signal. Until the child is reaped its pid is its own, even without a descriptor: nobody else reaps it.
   *
   * @returns False if the child has ended. The kernel accepts a signal to a zombie, without effect.
   */
  kill(signal: number): boolean {
    if (this.#status !== undefined) return false
    const result = this.#pidfd < 0 ? TAKE_FIRST : binding.signalChild(this.#pidfd, signal)
    return result === TAKE_FIRST ? this.#takeAndKill(signal) : this.#isSent(result, signal)
  }

  #takeAndKill(signal: number): boolean {
    if (this.check()) return false
    const result =
      this.#pidfd < 0 ? binding.kill(this.pid, signal) : binding.pidfdSend(this.#pidfd, signal)
    return this.#isSent(result, signal)
  }

  #isSent(result: number, signal: number): boolean {
    if (result < 0) throw systemError(result, `kill ${signalName(signal)}`, { pid: this.pid })
    return true
  }

  /** @internal For the reaper: it has taken the status, and tells nobody yet. */
  note(status: ExitStatus): void {
    this.#status = status
    // Stop the watch before the close: the descriptor's number may be given away in the next instant.
    this.#stopWatch()
    if (this.#pidfd >= 0) binding.closeFd(this.#pidfd)
    this.#pidfd = -1
  }

  /** @internal The native code has taken the status, and closes the descriptor. */
  noteTaken(records: Float64Array, index: number): void {
    this.#pidfd = -1
    this.#token = 0
    this.#death = this.#reaper.note(this, ExitStatus.fromRecord(records, index))
  }

  /** @internal Tells everybody. */
  tellTaken(): void {
    this.#reaper.tell(this, this.#status as ExitStatus, this.#death)
  }

  /** @internal For the reaper: tells everybody who waits. */
  tell(status: ExitStatus): void {
    callAll(this.#waiters, status)
    this.#waiters.clear()
  }

  #watchEnd(): void {
    try {
      if (this.#pidfd >= 0) this.#token = watchOwned(this)
    } catch {
      // The child runs already, so it must not be lost for want of a watch.
    }
    if (this.#token === 0) this.#watch = watchByPolling(this.#check)
  }

  #stopWatch(): void {
    if (this.#token !== 0) unwatch(this.#token)
    this.#token = 0
    this.#watch?.stop()
    unwatchStops(this.pid, this.#check)
  }
}
