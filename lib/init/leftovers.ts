import { constants } from 'node:os'
import { attempt, SextonError } from '../base/errors.js'
import { monotonicNow } from '../base/time.js'
import { isAlive, openSurvivor, type Survivor, Survivors } from '../exit/survivors.js'
import { anyChildren } from '../reaping/peek.js'
import { ECHO, EndRequest } from '../signals/end-request.js'
import type { ReceivedSignal } from '../signals/origin.js'
import { drainSignals, type SignalListener, subscribe } from '../signals/subscriptions.js'
import { binding } from '../system/binding.js'
import { channel } from './channels.js'
import { ExitReport } from './exit-report.js'

// Terminates the descendants that remain when this process exits. This runs in the 'exit' event, where no promise
// resolves and no timer fires, so every wait blocks the thread.

const { SIGTERM, SIGCONT, SIGKILL, SIGINT, SIGQUIT, SIGHUP } = constants.signals

// Milliseconds of one wait. Between two waits, pending signals to this process are read.
const STEP = 100
// Milliseconds after the KILL until a remaining process counts as hanging in the kernel.
const AFTER_KILL = 1000
// Milliseconds for which reading the tree is tried again.
const UNREADABLE = 1000

/**
 * Sends TERM and CONT to the descendants, waits at most `grace` milliseconds, then sends KILL until none is left.
 * A TERM, INT, QUIT or HUP to this process ends the grace early.
 *
 * @param reports Whether to list on stderr what has become of them.
 */
export function endLeftovers(grace: number, reports: boolean): void {
  // Ask the kernel first: a program without children then never reads /proc.
  if (anyChildren()) new Ending(reports).run(grace)
}

class Ending implements SignalListener {
  readonly #survivors = new Survivors()
  readonly #began = monotonicNow()
  readonly #report = new ExitReport()
  readonly #reports: boolean
  #request: EndRequest | undefined
  #hurried = false
  /** The monotonic time of the KILL. */
  #killAt = Number.POSITIVE_INFINITY

  constructor(reports: boolean) {
    this.#reports = reports
  }

  // Ignores an echo of the signal that caused this exit: see EndRequest.
  receive(signal: ReceivedSignal): void {
    const at = monotonicNow()
    if (this.#request?.isEcho(signal, at)) return
    if (this.#request !== undefined || at - this.#began >= ECHO) this.#hurried = true
    this.#request = new EndRequest(signal, at)
  }

  run(grace: number): void {
    const asked = this.#living()
    if (asked.length > 0) this.#end(asked, grace)
    const described = this.#survivors.known.map((survivor) => this.#report.describe(survivor))
    if (this.#reports) this.#report.sayEnd(described)
    for (const message of described) channel.left.publish(message)
  }

  // Lists every process before signalling any, so that helpers started during a clean shutdown are not signalled.
  #end(asked: readonly Survivor[], grace: number): void {
    try {
      subscribe(this, [SIGTERM, SIGINT, SIGQUIT, SIGHUP])
    } catch {} // no descriptor is free; then no signal can end the grace early
    for (const survivor of asked) this.#send(survivor, [SIGTERM, SIGCONT], 'terminated')
    this.#killAt = monotonicNow() + grace
    for (let left = this.#living(); left.length > 0; left = this.#living()) {
      if (!left.every((one) => this.#awaitEnd(one, this.#killAt, () => this.#hurried))) break
    }
    // Repeat: a process may have been forked while the others were killed.
    this.#killAt = monotonicNow()
    const killEnd = this.#killAt + AFTER_KILL
    for (let left = this.#living(); left.length > 0; left = this.#living()) {
      for (const survivor of left) this.#send(survivor, [SIGKILL], 'killed')
      if (!left.every((one) => this.#awaitEnd(one, killEnd, () => false))) break
    }
    for (const survivor of this.#living()) survivor.outcome = 'running'
  }

  /**
   * Lists the survivors that are alive and may be signalled. If no descriptor is free, it tries again for a while.
   * If the tree stays unreadable, the descendants are left behind: see `init()`.
   */
  #living(): readonly Survivor[] {
    for (const end = monotonicNow() + UNREADABLE; ; pause(STEP)) {
      const living = attempt(() => this.#survivors.list())
      if (!(living instanceof SextonError)) return this.#noted(living)
      if (living.code !== 'ERR_SYSTEM' || monotonicNow() >= end) return []
    }
  }

  #noted(living: readonly Survivor[]): readonly Survivor[] {
    if (this.#reports || channel.left.hasSubscribers) this.#report.note(living)
    return living
  }

  // Ignores failures: a refusal is recorded in the survivor, and the next round repeats other attempts.
  #send(survivor: Survivor, signals: readonly number[], outcome: Survivor['outcome']): void {
    attempt(() => this.#survivors.send(survivor, signals, outcome))
  }

  /** Waits for a survivor's exit. Returns false if the time was over first, or if `stop()` returned true. */
  #awaitEnd(survivor: Survivor, end: number, stop: () => boolean): boolean {
    if (survivor.outcome === 'running') return true
    const pidfd = openSurvivor(survivor)
    let ended = hasEnded(survivor)
    for (let now = monotonicNow(); !ended && now < end && !stop(); now = monotonicNow()) {
      this.#report.sayWait(() => this.#living(), this.#killAt)
      this.#letTraceesGo()
      ended = rest(survivor, pidfd, Math.ceil(Math.min(end - now, STEP)))
      drainSignals()
    }
    if (pidfd >= 0) binding.closeFd(pidfd)
    return ended
  }

  // Detaches tracees of this process: a tracee that has stopped reacts to no signal except KILL.
  #letTraceesGo(): void {
    for (const { pid } of this.#survivors.known) binding.letGo(pid)
  }
}

/** Waits for the given milliseconds or until the survivor exits. Returns whether it has exited. */
function rest(survivor: Survivor, pidfd: number, milliseconds: number): boolean {
  if (pidfd >= 0) return binding.pidfdAwait(pidfd, milliseconds) > 0
  pause(Math.min(milliseconds, 5))
  return hasEnded(survivor)
}

// A process that cannot be read counts as alive.
function hasEnded(survivor: Survivor): boolean {
  return attempt(() => isAlive(survivor)) === false
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
