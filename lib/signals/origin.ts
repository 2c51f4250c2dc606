import { printable } from '../base/printable.js'
import { readName } from '../system/proc.js'
import { type SignalName, signalName } from '../system/signal-names.js'

/**
 * The sender of a signal. With `SI_USER`, `SI_TKILL` and `SI_KERNEL` the kernel itself names the sender. With any
 * other code, such as `SI_QUEUE`, a process that may signal this one can forge the sender (rt_sigqueueinfo(2)).
 *
 * @see sigaction(2), `siginfo_t`
 */
export interface SignalOrigin {
  /**
   * The sender's pid. It is 0 if the kernel sent the signal (Ctrl-C, a closed terminal), if the sender lives
   * outside this PID namespace, or if the signal came at the very moment in which listening began.
   */
  pid: number
  /** The sender's real user id. */
  uid: number
  /**
   * How the signal was sent: `SI_USER` (kill), `SI_QUEUE` (sigqueue), `SI_TKILL`, `SI_KERNEL` …, or the number
   * of an unknown `si_code` as text.
   */
  code: string
}

/** A signal that this process received. */
export interface ReceivedSignal {
  /** The signal's name, such as `SIGTERM` or `SIGRTMIN+3`. */
  name: SignalName
  /** The signal's number on this system. */
  number: number
  /** The sender. */
  origin: SignalOrigin
}

/** @internal Reads a record that the native layer wrote (native/node/signal_glue.cc). */
export function fromRecord(records: Float64Array, at: number): ReceivedSignal {
  const [number, code, pid, uid] = records.slice(at, at + 4) as unknown as Quadruple
  return { name: signalName(number), number, origin: originOf(pid, uid, code) }
}

/** @internal Names the `si_code` of a sender. */
export function originOf(pid: number, uid: number, code: number): SignalOrigin {
  return { pid, uid, code: CODES.get(code) ?? String(code) }
}

/** @internal Reads from a record the number of threads that received the signal. */
export function countEnvironments(records: Float64Array, at: number): number {
  return records[at + 4] as number
}

type Quadruple = [number: number, code: number, pid: number, uid: number]

// Values of si_code (<asm-generic/siginfo.h>). The CLD_ values come with SIGCHLD.
const CODES: ReadonlyMap<number, string> = new Map([
  [0, 'SI_USER'],
  [128, 'SI_KERNEL'],
  [-1, 'SI_QUEUE'],
  [-2, 'SI_TIMER'],
  [-3, 'SI_MESGQ'],
  [-4, 'SI_ASYNCIO'],
  [-6, 'SI_TKILL'],
  [1, 'CLD_EXITED'],
  [2, 'CLD_KILLED'],
  [3, 'CLD_DUMPED'],
  [4, 'CLD_TRAPPED'],
  [5, 'CLD_STOPPED'],
  [6, 'CLD_CONTINUED'],
])

// The codes of signals that a process sent. For other codes native/signals/handler.cc reports no sender.
const BY_PROCESS: ReadonlySet<string> = new Set(['SI_USER', 'SI_QUEUE', 'SI_MESGQ', 'SI_TKILL'])

/**
 * Describes the sender for a log: `pid 1234 (uid 0, containerd-shim)`. The sender chooses its own name, so no
 * decision may depend on it. The name is missing if the sender has exited.
 */
export function describeSender({ pid, uid, code }: SignalOrigin): string {
  // A Ctrl-C, or the terminal was closed.
  if (code === 'SI_KERNEL') return 'the kernel'
  if (pid === 0 && !BY_PROCESS.has(code)) return `the system (${code})`
  if (pid === 0) return `a process outside this PID namespace (uid ${uid})`
  const name = readName(pid)
  return `pid ${pid} (uid ${uid}${name === undefined ? '' : `, ${printable(name, false)}`})`
}
