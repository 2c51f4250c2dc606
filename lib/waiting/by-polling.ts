import { attempt, ESRCH, SextonError } from '../base/errors.js'
import type { Watch } from '../exit/backend.js'
import { ExitStatus } from '../exit/exit-status.js'
import { watchByPolling } from '../exit/poll.js'
import { peek } from '../reaping/peek.js'
import { observe, reportDeath } from '../reaping/reap-loop.js'
import { binding } from '../system/binding.js'
import { isThread, readStat } from '../system/proc.js'
import { unlessUnsupported } from '../system/proc-access.js'
import { isZombie, type ProcessStat } from '../system/proc-formats.js'
import {
  noSuchProcess,
  notAProcess,
  type Observation,
  sendSignal,
  statusOfZombie,
} from './observation.js'

/**
 * Any process, polled. Its start time distinguishes it from a later process with its pid. If the system does not
 * show start times, nothing distinguishes the two, and a zombie counts as alive until it is reaped.
 */
export class ObservedByPolling implements Observation {
  readonly pid: number
  readonly exited: Promise<ExitStatus>
  /** Its stat when the wait began, or the error of reading it. */
  readonly #first: ProcessStat | SextonError
  readonly #watch: Watch
  readonly #stopLooking: () => void
  #resolve!: (status: ExitStatus) => void
  #ended = false

  constructor(pid: number) {
    this.pid = pid
    this.#first = firstLook(pid)
    if (unlessUnsupported(() => isThread(pid))) throw notAProcess(pid, -ESRCH, 'kill')
    this.exited = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.#stopLooking = observe({ scope: pid, wants: () => 0, before: () => void this.#see() })
    this.#watch = watchByPolling(() => this.check())
    if (this.check()) this.#watch.stop()
  }

  check(): boolean {
    if (this.#ended) return true
    if (!this.#see()) return false
    reportDeath(this.pid)
    return true
  }

  #see(): boolean {
    const status = this.#look()
    if (status === undefined) return false
    this.#ended = true
    this.#stopLooking()
    this.#resolve(status)
    return true
  }

  // Between the check and the signal the process could exit and its pid be reused. Only a pidfd prevents that.
  kill(signal: number): boolean {
    return !this.check() && sendSignal(this.pid, signal)
  }

  startTime(): number | undefined {
    if (this.#first instanceof SextonError) throw this.#first
    return this.#first.startTime
  }

  stop(): void {
    this.#stopLooking()
    this.#watch.stop()
  }

  #look(): ExitStatus | undefined {
    const stat = attempt(() => readStat(this.pid))
    if (this.#isAnother(stat)) return ExitStatus.unknown(this.pid)
    const peeked = peek(this.pid)
    if (peeked !== 'not-child') return peeked === 'alive' ? undefined : peeked
    if (stat === undefined) return ExitStatus.unknown(this.pid)
    if (stat instanceof SextonError) {
      return exists(this.pid) ? undefined : ExitStatus.unknown(this.pid)
    }
    return isZombie(stat) ? (statusOfZombie(stat) ?? ExitStatus.unknown(this.pid)) : undefined
  }

  /** Whether the pid certainly belongs to a later process. */
  #isAnother(stat: ProcessStat | SextonError | undefined): boolean {
    if (stat === undefined || stat instanceof SextonError) return false
    return !(this.#first instanceof SextonError) && stat.startTime !== this.#first.startTime
  }
}

// Without a start time, the wait could continue with a later process that gets the pid. So if only a descriptor
// was missing to read it, the wait must not begin.
function firstLook(pid: number): ProcessStat | SextonError {
  const stat = attempt(() => readStat(pid))
  if (stat instanceof SextonError && stat.code !== 'ERR_UNSUPPORTED') throw stat
  if (stat === undefined || !exists(pid)) throw noSuchProcess(pid, -ESRCH, 'kill')
  return stat
}

// EPERM means that the process exists and belongs to another user.
function exists(pid: number): boolean {
  return binding.kill(pid, 0) !== -ESRCH
}
