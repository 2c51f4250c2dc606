import { type SignalName, signalName } from '../system/signal-names.js'

/**
 * Who sent a signal. `SI_USER`, `SI_TKILL` and `SI_KERNEL` are the kernel's word. With any other code,
 * `SI_QUEUE` above all, a process that may signal this one can claim to be anybody (rt_sigqueueinfo(2)).
 *
 * @see sigaction(2), `siginfo_t`
 */
export interface SignalOrigin {
  /**
   * The sender; 0 if it was the kernel (Ctrl-C, a closed terminal), lives outside our PID namespace, or
   * sent it in the very instant in which we began to listen.
   */
  pid: number
  /** The sender's real user. */
  uid: number
  /** How: `SI_USER` (kill), `SI_QUEUE` (sigqueue), `SI_TKILL`, `SI_KERNEL` …, else the bare number. */
  code: string
}

/** One signal that was received. */
export interface ReceivedSignal {
  /** Its name, such as `SIGTERM` or `SIGRTMIN+3`. */
  name: SignalName
  /** Its number on this system. */
  number: number
  /** Who sent it. */
  origin: SignalOrigin
}

/** @internal One of the native layer's records: native/node/signal_glue.cc writes them. */
export function fromRecord(records: Float64Array, at: number): ReceivedSignal {
  const [number, code, pid, uid] = records.slice(at, at + 4) as unknown as Quadruple
  const origin = { pid, uid, code: CODES.get(code) ?? String(code) }
  return { name: signalName(number), number, origin }
}

/** @internal How many threads were told of it when it came. */
export function countEnvironments(records: Float64Array, at: number): number {
  return records[at + 4] as number
}

type Quadruple = [number: number, code: number, pid: number, uid: number]

// si_code (<asm-generic/siginfo.h>); the CLD_ ones come with SIGCHLD.
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
