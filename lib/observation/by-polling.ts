import { binding } from '../binding.js'
import { ESRCH, systemError } from '../errors.js'
import { ExitStatus } from '../exit-status.js'
import { watchByPolling } from '../exit-watch/poll.js'
import type { Watch } from '../exit-watch/watch.js'
import { beforeReaping } from '../onlookers.js'
import { reapIfNobodys } from '../orphans.js'
import { isThread, readStat } from '../proc.js'
import { peek } from '../reaper.js'
import { notAProcess } from './not-a-process.js'
import type { Observation } from './observation.js'
import { sendSignal } from './send-signal.js'
import { statusOfZombie } from './zombie-status.js'

/**
 * Any process, asked for again and again. Its start time tells it from a later process with its pid;
 * where there is no `/proc`, nothing does, and a zombie counts as alive until it is reaped.
 */
export class ObservedByPolling implements Observation {
  readonly pid: number
  readonly exited: Promise<ExitStatus>
  #startTime: number | undefined
  readonly #watch: Watch
  readonly #stopLooking: () => void
  #resolve!: (status: ExitStatus) => void
  #ended = false

  constructor(pid: number) {
    this.pid = pid
    this.#startTime = readStat(pid)?.startTime
    if (!exists(pid)) throw systemError(-ESRCH, 'kill', { pid })
    if (isThread(pid)) throw notAProcess(pid, -ESRCH, 'kill')
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
    return this.#startTime
  }

  stop(): void {
    this.#stopLooking()
    this.#watch.stop()
  }

  #look(): ExitStatus | undefined {
    const stat = readStat(this.pid)
    // No stat is no proof: there may be no descriptor left to read it by.
    if (stat !== undefined) this.#startTime ??= stat.startTime
    if (stat !== undefined && stat.startTime !== this.#startTime)
      return ExitStatus.unknown(this.pid)
    const peeked = peek(this.pid)
    if (peeked !== 'not-child') return peeked === 'alive' ? undefined : peeked
    if (stat === undefined) return exists(this.pid) ? undefined : ExitStatus.unknown(this.pid)
    // A dead first thread looks like this too while other threads go on.
    if (stat.state !== 'Z' || stat.threads > 1) return undefined
    return statusOfZombie(this.pid) ?? ExitStatus.unknown(this.pid)
  }
}

// EPERM: it exists, and is someone else's.
function exists(pid: number): boolean {
  return binding.kill(pid, 0) !== -ESRCH
}
