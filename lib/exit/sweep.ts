import { binding, P_ALL } from '../system/binding.js'
import type { Check, Watch } from './backend.js'
import { onChildSignal } from './child-signal.js'
import { isEnd, letGo, processOf } from './tracees.js'

// A child that asks to be traced again and again could hold a sweep up for ever.
const MOST_LET_GO = 256

const peeked = new Float64Array(binding.waitFields)

/** Calls `sweep` later, once; the result calls it off. */
export type Schedule = (sweep: () => void) => () => void

/** Children of this thread that are looked at after each SIGCHLD. */
export class Sweep {
  readonly #schedule: Schedule
  readonly #isPatient: boolean
  readonly #checks = new Map<number, Check>()
  #unsubscribe: (() => void) | undefined
  #callOff: (() => void) | undefined

  /** @param isPatient Whether a SIGCHLD may be told of later, with others. */
  constructor(schedule: Schedule, isPatient: boolean) {
    this.#schedule = schedule
    this.#isPatient = isPatient
  }

  /** Calls `check` when the child may have ended, or has stopped for a tracer. */
  watch(pid: number, check: Check): Watch {
    this.#checks.set(pid, check)
    // A child that ended or stopped before SIGCHLD was being heard would otherwise never be noticed. Not at
    // once: who has just been given its pid must have the time to wait for it.
    if (this.#unsubscribe === undefined || !this.#isPatient) this.#sweepLater()
    this.#unsubscribe ??= onChildSignal(() => this.#sweepLater(), this.#isPatient)
    return { stop: () => this.#stop(pid, check) }
  }

  #sweepLater(): void {
    if (this.#checks.size === 0) return
    this.#callOff ??= this.#schedule(() => {
      this.#callOff = undefined
      if (this.#sweep()) this.#sweepLater()
    })
  }

  // The kernel names one dead or stopped child at a time. As long as it names ours, each costs two calls,
  // however many children live. Someone else's at the head hides the rest: then ask for each. True if
  // there may be more.
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
        if (this.#checks.has(processOf(pid)) && letGo(pid)) continue
        break
      }
      const check = pid === previous ? undefined : this.#checks.get(pid)
      if (check === undefined || !check()) break
      this.#stop(pid, check)
      previous = pid
    }
    for (const [pid, check] of this.#checks) if (check()) this.#stop(pid, check)
    return false
  }

  // A child that is watched since may have the same pid.
  #stop(pid: number, check: Check): void {
    if (this.#checks.get(pid) !== check) return
    this.#checks.delete(pid)
    if (this.#checks.size > 0) return
    this.#callOff?.()
    this.#callOff = undefined
    // To begin and end to hear of it costs more system calls than to be told now and then of other children.
    if (this.#isPatient) return
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }
}
