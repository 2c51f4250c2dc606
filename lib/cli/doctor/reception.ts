import { readTasks } from '../../system/proc.js'
import { readSignalfds, readWaits, type Wait } from './signal-waits.js'
import { hasSignal, readStatus, type Status } from './status.js'

/**
 * What a signal meets in a process.
 *
 * - `'handled'`: a handler, in a thread that does not block the signal.
 * - `'awaited'`: a thread that waits for it by sigwait(3), or a signalfd for it.
 * - `'blocked'`: every thread blocks it, and no such wait is to be seen: it may be taken later.
 * - `'ignored'`: it is discarded, because the process ignores it.
 * - `'default'`: the default action, which PID 1 does not have: the kernel discards it there.
 * - `'unknown'`: what it meets could not be seen, for want of the right to trace the process.
 */
export type Reception = 'handled' | 'awaited' | 'blocked' | 'ignored' | 'default' | 'unknown'

/** What a look at a process tells of its signals. */
export interface SignalLook {
  /** Of the whole process, and of its main thread. */
  status: Status
  /** The masks of blocked signals, of every thread. */
  blocked: readonly bigint[]
  /** What the main thread sits in, and what the other threads do. */
  main: Wait
  others: readonly Wait[]
  /** All signals of its signalfds. */
  signalfds: bigint
}

/** Looks at a process; `undefined` if there is none. */
export function lookAtSignals(pid: number): SignalLook | undefined {
  const status = readStatus(pid)
  if (status === undefined) return undefined
  const threads = (readTasks(pid) ?? []).map((tid) => readStatus(pid, tid))
  const blocked = threads.filter((one) => one !== undefined).map((one) => one.blocked)
  const waits = readWaits(pid)
  const main = waits.get(pid) ?? { for: 'unknown' }
  const others = [...waits].filter(([tid]) => tid !== pid).map(([, wait]) => wait)
  const masks = blocked.length > 0 ? blocked : [status.blocked]
  return { status, blocked: masks, main, others, signalfds: readSignalfds(pid) }
}

/** What this signal meets there. */
export function receptionOf(signal: number, look: SignalLook): Reception {
  const { status, main } = look
  const isBlocked = look.blocked.every((mask) => hasSignal(mask, signal))
  if (hasSignal(status.caught, signal) && !isBlocked) return 'handled'
  if (isAwaited(signal, look)) return 'awaited'
  if (isBlocked) return 'blocked'
  // The wait takes the signals that it is for out of the mask: the mask does not tell one that is awaited.
  if (main.for === 'unknown' || (main.for === 'signals' && main.set === undefined)) return 'unknown'
  return hasSignal(status.ignored, signal) ? 'ignored' : 'default'
}

/** Whether PID 1 never gets the signal. */
export function isDiscarded(reception: Reception): boolean {
  return reception === 'default' || reception === 'ignored'
}

// The kernel asks the main thread when it decides whether to discard a signal that is ignored, or is at its
// default in PID 1: another thread's wait, or a signalfd, gets it only if the main thread blocks it.
function isAwaited(signal: number, { status, main, others, signalfds }: SignalLook): boolean {
  const isIn = (wait: Wait) =>
    wait.for === 'signals' && wait.set !== undefined && hasSignal(wait.set, signal)
  if (isIn(main)) return true
  return hasSignal(status.blocked, signal) && (hasSignal(signalfds, signal) || others.some(isIn))
}
