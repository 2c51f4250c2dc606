import { monotonicNow } from '../base/time.js'
import { binding, P_ALL } from '../system/binding.js'
import type { Check, Watch } from './backend.js'
import { onChildSignal } from './child-signal.js'
import { isEnd, letGo, processOf } from './tracees.js'

// The most stops that one sweep ends: a child that asks to be traced again and again could prolong it for ever.
const MOST_LET_GO = 256

// Milliseconds that a patient sweep asks one child after the other, before the event loop gets its turn.
const PART = 5

const peeked = new Float64Array(binding.waitFields)

/** Calls `sweep` once, later. The returned function cancels the call. */
export type Schedule = (sweep: () => void) => () => void

/** Children of this thread that are looked at after each SIGCHLD. */
export class Sweep {
  readonly #schedule: Schedule
  readonly #isPatient: boolean
  readonly #checks = new Map<number, Check>()
  #unsubscribe: (() => void) | undefined
  #callOff: (() => void) | undefined

  /** @param isPatient Whether it hears no SIGCHLD between the first one and the sweep, and asks children in parts. */
  constructor(schedule: Schedule, isPatient: boolean) {
    this.#schedule = schedule
    this.#isPatient = isPatient
  }

  /** Calls `check` when the child may have ended, or has stopped for a tracer. */
  watch(pid: number, check: Check): Watch {
    this.add(pid, check)
    return { stop: () => this.remove(pid, check) }
  }

  /** Does so without an object for each child. */
  add(pid: number, check: Check): void {
    this.#checks.set(pid, check)
    // Sweep once for a child that ended or stopped before SIGCHLD was heard. Not at once: the caller has just got
    // the pid, and must have the time to wait for it.
    if (this.#unsubscribe === undefined || !this.#isPatient) this.#sweepLater()
    if (!this.#isPatient) this.#listen()
  }

  /** Ends the calls. A child that is watched since may have the same pid. */
  remove(pid: number, check: Check): void {
    if (this.#checks.get(pid) !== check) return
    this.#checks.delete(pid)
    // A patient sweep stays as it is: to listen anew for each child would cost more than a look now and then.
    if (this.#checks.size > 0 || this.#isPatient) return
    this.#callOff?.()
    this.#callOff = undefined
    this.#stopListening()
  }

  #listen(): void {
    this.#unsubscribe ??= onChildSignal(() => this.#hear(), this.#isPatient)
  }

  #hear(): void {
    if (this.#isPatient) this.#stopListening()
    this.#sweepLater()
  }

  #stopListening(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  #sweepLater(): void {
    this.#callOff ??= this.#schedule(() => {
      this.#callOff = undefined
      // Before the look, which then sees what no signal tells of any more.
      if (this.#checks.size > 0) this.#listen()
      if (this.#sweep()) this.#sweepLater()
    })
  }

  // The kernel names one dead or stopped child at a time. As long as it names watched ones, each costs two calls,
  // however many children live. Somebody else's child at the head of the line hides the others: then ask for each.
  // Returns whether there may be more.
  #sweep(): boolean {
    let previous = 0
    let mayLetGo = MOST_LET_GO
    for (;;) {
      const found = binding.wait(P_ALL, 0, binding.peek | binding.onlyThisThread, peeked)
      if (found === 0) return false
      const pid = found > 0 ? (peeked[0] as number) : previous
      if (found > 0 && !isEnd(peeked)) {
        if (mayLetGo === 0) return true
        mayLetGo -= 1
        if (this.#mayBeOurs(pid) && letGo(pid)) continue
        break
      }
      const check = pid === previous ? undefined : this.#checks.get(pid)
      if (check === undefined || !check()) break
      this.remove(pid, check)
      previous = pid
    }
    return this.#askEach()
  }

  // Where `/proc` cannot tell the thread's process, only the kernel can: it lets nobody but the tracer detach it.
  #mayBeOurs(id: number): boolean {
    const process = processOf(id)
    return process === undefined || this.#checks.has(process)
  }

  // A child that was asked goes to the end of the map, so that the next part starts with the others.
  #askEach(): boolean {
    const end = this.#isPatient ? monotonicNow() + PART : Number.POSITIVE_INFINITY
    let left = this.#checks.size
    for (const [pid, check] of this.#checks) {
      if (left === 0) return false
      left -= 1
      if (check()) this.remove(pid, check)
      else if (this.#isPatient) this.#moveToEnd(pid, check)
      if (monotonicNow() > end) return left > 0
    }
    return false
  }

  #moveToEnd(pid: number, check: Check): void {
    if (this.#checks.delete(pid)) this.#checks.set(pid, check)
  }
}
