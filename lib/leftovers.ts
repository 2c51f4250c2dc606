import { constants } from 'node:os'
import { binding } from './binding.js'
import { channel } from './channels.js'
import { monotonicNow } from './clock.js'
import { readDescendants } from './descendants.js'
import { ECHO, EndRequest } from './end-request.js'
import { EPERM } from './errors.js'
import { backend } from './exit-watch/backend.js'
import { isZombie, type ProcessStat, readStat } from './proc.js'
import { anyChildren } from './reaper.js'
import type { ReceivedSignal } from './received-signal.js'
import { drainSignals, type SignalListener, subscribe } from './signal-subscriptions.js'

// The descendants that remain when this process exits. It all happens in its 'exit' event, where no
// promise resolves and no timer fires any more: each wait blocks.

const { SIGTERM, SIGCONT, SIGKILL, SIGINT, SIGQUIT, SIGHUP } = constants.signals

// To look whether a signal has come, too.
const STEP = 100
// What a KILL has not ended within this time hangs in the kernel.
const AFTER_KILL = 1000
const MOST_LOOKS = 10 // where processes are born all the time

interface Leftover extends Pick<ProcessStat, 'pid' | 'name' | 'startTime'> {
  outcome: 'terminated' | 'killed' | 'running'
}

/**
 * Ends them: TERM and CONT, `grace` milliseconds at most, then KILL until none is left. TERM, INT, QUIT
 * or HUP to this process meanwhile ends the time of grace.
 */
export function endLeftovers(grace: number): void {
  // Without a look at /proc, which a program that has no children then never needs.
  if (anyChildren()) new Ending().run(grace)
}

class Ending implements SignalListener {
  readonly #found = new Map<string, Leftover>()
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
    for (const { pid, name, outcome } of this.#found.values()) {
      channel.left.publish({ pid, name, outcome })
    }
  }

  // All are listed before any is asked: what one of them starts in order to end in good order is not.
  #end(asked: readonly Leftover[], grace: number): void {
    try {
      subscribe(this, [SIGTERM, SIGINT, SIGQUIT, SIGHUP])
    } catch {} // no descriptor is left: then nobody can hurry it
    for (const leftover of asked) this.#send(leftover, [SIGTERM, SIGCONT], 'terminated')
    const graceEnd = monotonicNow() + grace
    for (let left = this.#living(); left.length > 0; left = this.#living()) {
      if (!left.every((one) => this.#awaitEnd(one, graceEnd, () => this.#hurried))) break
    }
    // Again and again: one may have been born while the others were killed.
    const killEnd = monotonicNow() + AFTER_KILL
    for (let left = this.#living(); left.length > 0; left = this.#living()) {
      for (const leftover of left) this.#send(leftover, [SIGKILL], 'killed')
      if (!left.every((one) => this.#awaitEnd(one, killEnd, () => false))) break
    }
    for (const leftover of this.#living()) leftover.outcome = 'running'
  }

  /**
   * Those that are alive, and were not found to be beyond our reach. If a parent dies while the tree is
   * read, its children pass to us, whose own list has been read already: so until a look finds no one new.
   */
  #living(): Leftover[] {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const before = this.#found.size
      const living = this.#look()
      if (looks > 0 && this.#found.size === before) return living
    }
    return this.#look()
  }

  #look(): Leftover[] {
    return readDescendants()
      .filter((stat) => !isZombie(stat))
      .map((stat) => this.#known(stat))
      .filter(({ outcome }) => outcome !== 'running')
  }

  #known({ pid, name, startTime }: ProcessStat): Leftover {
    const key = `${pid}:${startTime}`
    const known = this.#found.get(key) ?? { pid, name, startTime, outcome: 'terminated' }
    known.name = name // that of its program, if it was seen between fork and exec before
    this.#found.set(key, known)
    return known
  }

  // By a descriptor of that very process: between the list and the signal its pid may have become
  // another's. Without descriptors it is looked at the instant before. The first signal that is refused is
  // the last: SIGCONT is permitted within the session, whoever it belongs to, and would tell of a reach
  // that we do not have.
  #send(leftover: Leftover, signals: readonly number[], outcome: Leftover['outcome']): void {
    const { pid } = leftover
    const pidfd = descriptorOf(pid)
    if (isStill(leftover)) {
      for (const signal of signals) {
        const result = pidfd < 0 ? binding.kill(pid, signal) : binding.pidfdSend(pidfd, signal)
        if (result === 0) leftover.outcome = outcome
        if (result !== -EPERM) continue
        leftover.outcome = 'running'
        break
      }
    }
    if (pidfd >= 0) binding.closeFd(pidfd)
  }

  /** Waits for its end; false if the time was over first, or `stop()`. */
  #awaitEnd(leftover: Leftover, end: number, stop: () => boolean): boolean {
    if (leftover.outcome === 'running') return true
    const pidfd = descriptorOf(leftover.pid)
    let ended = !isStill(leftover)
    for (let now = monotonicNow(); !ended && now < end && !stop(); now = monotonicNow()) {
      this.#letTraceesGo()
      ended = rest(leftover, pidfd, Math.ceil(Math.min(end - now, STEP)))
      drainSignals()
    }
    if (pidfd >= 0) binding.closeFd(pidfd)
    return ended
  }

  // What has stopped for a tracer takes no other signal than KILL. Whoever traces here traces no more.
  #letTraceesGo(): void {
    for (const { pid } of this.#found.values()) binding.letGo(pid)
  }
}

/** A descriptor of the process; negative if there is none, or the back-end does without. */
function descriptorOf(pid: number): number {
  return backend() === 'pidfd' ? binding.pidfdOpen(pid) : -1
}

/** Waits so many milliseconds, or until it has ended; whether it has. */
function rest(leftover: Leftover, pidfd: number, milliseconds: number): boolean {
  if (pidfd >= 0) return binding.pidfdAwait(pidfd, milliseconds) > 0
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(milliseconds, 5))
  return !isStill(leftover)
}

/** Whether it lives, and is not another process with its pid. */
function isStill({ pid, startTime }: Leftover): boolean {
  const stat = readStat(pid)
  return stat !== undefined && stat.startTime === startTime && !isZombie(stat)
}
