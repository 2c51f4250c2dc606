import { constants } from 'node:os'
import { attempt, SextonError } from '../base/errors.js'
import { monotonicNow } from '../base/time.js'
import { isAlive, openSurvivor, type Survivor, Survivors } from '../exit/survivors.js'
import { anyChildren } from '../reaping/reaper.js'
import { ECHO, EndRequest } from '../signals/end-request.js'
import type { ReceivedSignal } from '../signals/origin.js'
import { drainSignals, type SignalListener, subscribe } from '../signals/subscriptions.js'
import { binding } from '../system/binding.js'
import { channel } from './channels.js'

// The descendants that remain when this process exits. It all happens in its 'exit' event, where no
// promise resolves and no timer fires any more: each wait blocks.

const { SIGTERM, SIGCONT, SIGKILL, SIGINT, SIGQUIT, SIGHUP } = constants.signals

// To look whether a signal has come, too.
const STEP = 100
// What a KILL has not ended within this time hangs in the kernel.
const AFTER_KILL = 1000
// Milliseconds for which an unreadable tree is tried again.
const UNREADABLE = 1000

/**
 * Ends them: TERM and CONT, `grace` milliseconds at most, then KILL until none is left. TERM, INT, QUIT
 * or HUP to this process meanwhile ends the time of grace.
 */
export function endLeftovers(grace: number): void {
  // Without a look at /proc, which a program that has no children then never needs.
  if (anyChildren()) new Ending().run(grace)
}

class Ending implements SignalListener {
  readonly #survivors = new Survivors()
  readonly #began = monotonicNow()
  #request: EndRequest | undefined
  #hurried = false

  // What may be the same request that brought this end about does not count: see there.
  receive(signal: ReceivedSignal): void {
    const at = monotonicNow()
    if (this.#request?.isEcho(signal, at)) return
    if (this.#request !== undefined || at - this.#began >= ECHO) this.#hurried = true
    this.#request = new EndRequest(signal, at)
  }

  run(grace: number): void {
    const asked = this.#living()
    if (asked.length > 0) this.#end(asked, grace)
    if (!channel.left.hasSubscribers) return
    for (const { pid, name, outcome } of this.#survivors.known) {
      channel.left.publish({ pid, name, outcome })
    }
  }

  // All are listed before any is asked: what one of them starts in order to end in good order is not.
  #end(asked: readonly Survivor[], grace: number): void {
    try {
      subscribe(this, [SIGTERM, SIGINT, SIGQUIT, SIGHUP])
    } catch {} // no descriptor is left: then nobody can hurry it
    for (const survivor of asked) this.#send(survivor, [SIGTERM, SIGCONT], 'terminated')
    const graceEnd = monotonicNow() + grace
    for (let left = this.#living(); left.length > 0; left = this.#living()) {
      if (!left.every((one) => this.#awaitEnd(one, graceEnd, () => this.#hurried))) break
    }
    // Again and again: one may have been born while the others were killed.
    const killEnd = monotonicNow() + AFTER_KILL
    for (let left = this.#living(); left.length > 0; left = this.#living()) {
      for (const survivor of left) this.#send(survivor, [SIGKILL], 'killed')
      if (!left.every((one) => this.#awaitEnd(one, killEnd, () => false))) break
    }
    for (const survivor of this.#living()) survivor.outcome = 'running'
  }

  /**
   * The survivors that are alive and may be signalled. Descriptors may become free again, so without one it
   * tries again for a while. Where the tree stays unreadable, the descendants are left behind: see `init()`.
   */
  #living(): readonly Survivor[] {
    for (const end = monotonicNow() + UNREADABLE; ; pause(STEP)) {
      const living = attempt(() => this.#survivors.list())
      if (!(living instanceof SextonError)) return living
      if (living.code !== 'ERR_SYSTEM' || monotonicNow() >= end) return []
    }
  }

  // A refusal is noted in the survivor. After any other failure the next round tries again.
  #send(survivor: Survivor, signals: readonly number[], outcome: Survivor['outcome']): void {
    attempt(() => this.#survivors.send(survivor, signals, outcome))
  }

  /** Waits for its end; false if the time was over first, or `stop()`. */
  #awaitEnd(survivor: Survivor, end: number, stop: () => boolean): boolean {
    if (survivor.outcome === 'running') return true
    const pidfd = openSurvivor(survivor)
    let ended = hasEnded(survivor)
    for (let now = monotonicNow(); !ended && now < end && !stop(); now = monotonicNow()) {
      this.#letTraceesGo()
      ended = rest(survivor, pidfd, Math.ceil(Math.min(end - now, STEP)))
      drainSignals()
    }
    if (pidfd >= 0) binding.closeFd(pidfd)
    return ended
  }

  // What has stopped for a tracer takes no other signal than KILL. Whoever traces here traces no more.
  #letTraceesGo(): void {
    for (const { pid } of this.#survivors.known) binding.letGo(pid)
  }
}

/** Waits so many milliseconds, or until it has ended; whether it has. */
function rest(survivor: Survivor, pidfd: number, milliseconds: number): boolean {
  if (pidfd >= 0) return binding.pidfdAwait(pidfd, milliseconds) > 0
  pause(Math.min(milliseconds, 5))
  return hasEnded(survivor)
}

// What cannot be read may be alive.
function hasEnded(survivor: Survivor): boolean {
  return attempt(() => isAlive(survivor)) === false
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
