import { readTasks } from '../../system/proc.js'
import { readSignalfds, readWaits, type Wait } from './signal-waits.js'
import { hasSignal, readStatus, type Status } from './status.js'

/**
 * How a process receives a signal.
 *
 * - `'handled'`: by a handler, in a thread that does not block the signal.
 * - `'awaited'`: by a thread in sigwait(3), or by a signalfd.
 * - `'blocked'`: not now, because every thread blocks it. A thread may accept it later.
 * - `'ignored'`: not at all, because the process ignores it.
 * - `'default'`: by the default action. PID 1 has none, so the kernel discards the signal there.
 * - `'unknown'`: this user may not trace the process, so it is not known.
 */
export type Reception = 'handled' | 'awaited' | 'blocked' | 'ignored' | 'default' | 'unknown'

/** The state of a process's signals at one moment. */
export interface SignalLook {
  /** The status of the process, which is also that of its main thread. */
  status: Status
  /** The mask of blocked signals of each thread. */
  blocked: readonly bigint[]
  /** The wait of the main thread, and the waits of the other threads. */
  main: Wait
  others: readonly Wait[]
  /** The union of the signals of its signalfds. */
  signalfds: bigint
}

/** Reads the state of a process's signals; `undefined` if there is no such process. */
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

/** Determines how a process receives a signal. */
export function receptionOf(signal: number, look: SignalLook): Reception {
  const { status, main } = look
  const isBlocked = look.blocked.every((mask) => hasSignal(mask, signal))
  if (hasSignal(status.caught, signal) && !isBlocked) return 'handled'
  if (isAwaited(signal, look)) return 'awaited'
  if (isBlocked) return 'blocked'
  // A wait removes its signals from the mask, so an awaited signal looks unblocked in the mask.
  if (main.for === 'unknown' || (main.for === 'signals' && main.set === undefined)) return 'unknown'
  return hasSignal(status.ignored, signal) ? 'ignored' : 'default'
}

/** Whether the kernel discards the signal if the process is PID 1. */
export function isDiscarded(reception: Reception): boolean {
  return reception === 'default' || reception === 'ignored'
}

// To discard a signal (an ignored one, or one without a handler in PID 1), the kernel checks only the main thread. So
// another thread's wait or a signalfd receives the signal only if the main thread blocks it.
function isAwaited(signal: number, { status, main, others, signalfds }: SignalLook): boolean {
  const isIn = (wait: Wait) =>
    wait.for === 'signals' && wait.set !== undefined && hasSignal(wait.set, signal)
  if (isIn(main)) return true
  return hasSignal(status.blocked, signal) && (hasSignal(signalfds, signal) || others.some(isIn))
}
