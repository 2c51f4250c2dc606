import { constants } from 'node:os'
import { attempt, ESRCH, systemError } from '../base/errors.js'
import type { Watch } from '../exit/backend.js'
import { ExitStatus } from '../exit/exit-status.js'
import { watchPidfd } from '../exit/pidfd.js'
import { peekPidfd } from '../reaping/peek.js'
import { observe, reportDeath } from '../reaping/reap-loop.js'
import { binding } from '../system/binding.js'
import { readStat } from '../system/proc.js'
import { signalName } from '../system/signal-names.js'
import { noSuchProcess, notAProcess, type Observation, statusOfZombie } from './observation.js'

const ALIVE = 0
const REAPED = 2

// Milliseconds to wait for the parent of a dead process to reap it. Only then does the kernel show the status of
// another user's process. A parent may never reap it, so after this time the exit is reported without a status.
const PATIENCE = 1000

/** Any process, held by a pidfd, which always means this process and never a later one with its pid. */
export class ObservedByPidfd implements Observation {
  readonly pid: number
  readonly exited: Promise<ExitStatus>
  readonly #watch: Watch
  readonly #stopLooking: () => void
  #pidfd: number
  #resolve!: (status: ExitStatus) => void
  #settled = false
  #patience: NodeJS.Timeout | undefined

  constructor(pid: number) {
    this.pid = pid
    this.#pidfd = openPidfd(pid)
    this.exited = new Promise((resolve) => {
      this.#resolve = resolve
    })
    try {
      this.#watch = watchPidfd(this.#pidfd, () => this.#look())
    } catch (error) {
      binding.closeFd(this.#pidfd)
      throw error
    }
    this.#stopLooking = observe({ scope: pid, wants: () => 0, before: () => void this.#see() })
  }

  check(): boolean {
    // A running timer means that the process is dead and only its status is missing.
    return this.#look() || this.#patience !== undefined
  }

  kill(signal: number): boolean {
    // A zombie accepts every signal without effect, so the answer for it is false.
    if (this.#state() !== ALIVE) return false
    const result = binding.pidfdSend(this.#pidfd, signal)
    if (result === -ESRCH) return false
    if (result < 0) throw systemError(result, `kill ${signalName(signal)}`, { pid: this.pid })
    return true
  }

  // Read first, then check: as long as the process exists, even as a zombie, no other process has its pid.
  startTime(): number | undefined {
    const stat = readStat(this.pid)
    return this.#exists() ? stat?.startTime : undefined
  }

  stop(): void {
    clearTimeout(this.#patience)
    this.#stopLooking()
    this.#watch.stop()
    if (this.#pidfd >= 0) binding.closeFd(this.#pidfd)
    this.#pidfd = -1
  }

  /** Looks, and leaves the dead process to the reaper. */
  #look(): boolean {
    if (this.#settled || this.#pidfd < 0) return true
    if (!this.#see()) return false
    reportDeath(this.pid)
    return true
  }

  #see(): boolean {
    const state = this.#state()
    if (state === ALIVE) return false
    const status = this.#status(state)
    if (status === undefined) return false
    this.#settle(status)
    return true
  }

  #status(state: number): ExitStatus | undefined {
    const peeked = peekPidfd(this.pid, this.#pidfd)
    if (peeked instanceof ExitStatus) return peeked
    // A dead child that cannot be waited for is held by a debugger. The pidfd becomes readable again.
    if (peeked === 'alive') return undefined
    const reaped = this.#statusOfReaped()
    if (reaped !== undefined) return reaped
    const zombie = this.#statusOfZombie()
    if (zombie !== undefined) return zombie
    const exists = this.#exists()
    // The parent reaped it between the two checks. The kernel has its status now, or never will.
    if (state === REAPED || !exists) return this.#statusOfReaped() ?? ExitStatus.unknown(this.pid)
    // The last attempt may succeed if an earlier one only lacked a descriptor.
    const giveUp = () => this.#settle(this.#statusOfZombie() ?? ExitStatus.unknown(this.pid))
    this.#patience ??= setTimeout(giveUp, PATIENCE).unref()
    return undefined
  }

  #statusOfZombie(): ExitStatus | undefined {
    const zombie = statusOfZombie(attempt(() => readStat(this.pid)))
    return this.#exists() ? zombie : undefined
  }

  #statusOfReaped(): ExitStatus | undefined {
    const raw = binding.pidfdExitStatus(this.#pidfd)
    return raw >= 0 ? ExitStatus.fromRaw(this.pid, raw) : undefined
  }

  #settle(status: ExitStatus): void {
    this.#settled = true
    this.#stopLooking()
    this.#resolve(status)
    clearTimeout(this.#patience)
  }

  #state(): number {
    return this.#settled || this.#pidfd < 0 ? REAPED : binding.pidfdState(this.#pidfd)
  }

  #exists(): boolean {
    return this.#pidfd >= 0 && binding.pidfdSend(this.#pidfd, 0) !== -ESRCH
  }
}

function openPidfd(pid: number): number {
  const pidfd = binding.pidfdOpen(pid)
  if (pidfd >= 0) return pidfd
  if (pidfd === -ESRCH) throw noSuchProcess(pid, pidfd, 'pidfd_open')
  const { EINVAL, ENOENT } = constants.errno
  // For a thread the kernel answers EINVAL before Linux 6.9, and ENOENT since.
  if (pidfd === -EINVAL || pidfd === -ENOENT) throw notAProcess(pid, pidfd, 'pidfd_open')
  throw systemError(pidfd, 'pidfd_open', { pid })
}
