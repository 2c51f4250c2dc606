import { attempt, ESRCH, SextonError, systemError } from '../base/errors.js'
import type { Watch } from '../exit/backend.js'
import { ExitStatus } from '../exit/exit-status.js'
import { watchByPolling } from '../exit/poll.js'
import { beforeReaping } from '../reaping/onlookers.js'
import { reapIfNobodys } from '../reaping/orphans.js'
import { peek } from '../reaping/reaper.js'
import { binding } from '../system/binding.js'
import { isThread, readStat } from '../system/proc.js'
import { unlessUnsupported } from '../system/proc-access.js'
import { isZombie, type ProcessStat } from '../system/proc-formats.js'
import { notAProcess, type Observation, sendSignal, statusOfZombie } from './observation.js'

/**
 * Any process, asked for again and again. Its start time tells it from a later process with its pid. Where
 * the system does not tell the start time, nothing does, and a zombie counts as alive until it is reaped.
 */
export class ObservedByPolling implements Observation {
  readonly pid: number
  readonly exited: Promise<ExitStatus>
  /** What it was at first, or why that is not known. */
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
    this.#stopLooking = beforeReaping(pid, () => this.check())
    this.#watch = watchByPolling(() => this.check())
    if (this.check()) this.#watch.stop()
  }

  check(): boolean {
    if (this.#ended) return true
    const status = this.#look()
    if (status === undefined) return false
    this.#ended = true
    this.#stopLooking()
    this.#resolve(status)
    reapIfNobodys(this.pid)
    return true
  }

  // A moment remains between the look and the signal in which the process could end, be reaped, and
  // its pid be given away: that is what process descriptors are for.
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

  /** Whether its pid certainly belongs to a later process. */
  #isAnother(stat: ProcessStat | SextonError | undefined): boolean {
    if (stat === undefined || stat instanceof SextonError) return false
    return !(this.#first instanceof SextonError) && stat.startTime !== this.#first.startTime
  }
}

// Without a start time the wait could go on with a later process that gets the pid. So where the system
// could tell it, and only a descriptor is missing, the wait must not begin.
function firstLook(pid: number): ProcessStat | SextonError {
  const stat = attempt(() => readStat(pid))
  if (stat instanceof SextonError && stat.code !== 'ERR_UNSUPPORTED') throw stat
  if (stat === undefined || !exists(pid)) throw systemError(-ESRCH, 'kill', { pid })
  return stat
}

// EPERM: it exists, and is someone else's.
function exists(pid: number): boolean {
  return binding.kill(pid, 0) !== -ESRCH
}
