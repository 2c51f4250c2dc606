import { binding } from '../system/binding.js'
import { type SignalName, signalName, signalNumber } from '../system/signal-names.js'

/**
 * What a process used, with the names and units of Node's `process.resourceUsage()`. The figures
 * include those descendants that the process itself had waited for.
 *
 * @see getrusage(2), wait4(2)
 */
export interface ResourceUsage {
  /** Microseconds of processor time, all threads, in its own code. */
  userCPUTime: number
  /** Microseconds of processor time in the kernel on its behalf. */
  systemCPUTime: number
  /**
   * The largest resident set; KiB on Linux, bytes on macOS. For a child of `spawn` on Linux never less
   * than this process's own at that time: the kernel counts what is borrowed until exec.
   */
  maxRSS: number
  /** Page faults that needed no input or output. */
  minorPageFault: number
  /** Page faults for which a page was read in. */
  majorPageFault: number
  /** What was read from disks, in blocks of 512 bytes on Linux; elsewhere the times it was. */
  fsRead: number
  /** What was written to disks, likewise. */
  fsWrite: number
  /** Times that it gave the processor up, to wait for something. */
  voluntaryContextSwitches: number
  /** Times that the processor was taken from it. */
  involuntaryContextSwitches: number
}

/**
 * How a process ended. Only sexton makes these.
 *
 * @see wait(2), waitid(2)
 */
export class ExitStatus {
  /** Its pid, which may belong to another process by now. */
  readonly pid: number
  /** Its exit code, or `null` if a signal ended it or the end is not `known`. */
  readonly code: number | null
  /** The signal that ended it, or `null`. */
  readonly signal: SignalName | null
  /** Whether it left a core dump; `child_process` does not tell, and its children count as `false`. */
  readonly coreDumped: boolean
  /**
   * Whether the system told how it ended. `false`: it is gone for certain, but someone else took the
   * status, or it was no child of ours on a kernel that does not tell (before Linux 6.15, or another
   * user's process).
   */
  readonly known: boolean
  /**
   * What it used; only where this process reaped it or could have: not for children of `child_process`,
   * nor for processes that are no children.
   */
  declare readonly usage?: ResourceUsage

  private constructor(fields: {
    pid: number
    code: number | null
    signal: SignalName | null
    coreDumped: boolean
    known: boolean
    usage?: ResourceUsage
  }) {
    this.pid = fields.pid
    this.code = fields.code
    this.signal = fields.signal
    this.coreDumped = fields.coreDumped
    this.known = fields.known
    if (fields.usage !== undefined) this.usage = fields.usage
  }

  /** Whether it ended by itself with exit code 0. */
  get success(): boolean {
    return this.code === 0
  }

  /**
   * The one number a shell makes of it: the code, 128 + n for signal n, and 127 where the end is not
   * known, which is what `wait` answers for a child it knows nothing of (POSIX, `wait`).
   */
  toShellCode(): number {
    if (this.code !== null) return this.code
    return this.signal === null ? 127 : 128 + signalNumber(this.signal)
  }

  /** @internal From one record of the native `wait`. */
  static fromRecord(records: Float64Array, index: number): ExitStatus {
    const at = index * binding.waitFields
    const field = (offset: number) => records[at + offset] as number
    const exited = field(1) === CLD_EXITED
    return new ExitStatus({
      pid: field(0),
      code: exited ? field(2) : null,
      signal: exited ? null : signalName(field(2)),
      coreDumped: field(1) === CLD_DUMPED,
      known: true,
      usage: usageFromRecord(records, index),
    })
  }

  /** @internal From a raw wait status: signal in the low 7 bits, core flag, code in the next byte. */
  static fromRaw(pid: number, raw: number): ExitStatus {
    const number = raw & 0x7f
    return new ExitStatus({
      pid,
      code: number === 0 ? (raw >> 8) & 0xff : null,
      signal: number === 0 ? null : signalName(number),
      coreDumped: (raw & 0x80) !== 0,
      known: true,
    })
  }

  /** @internal From what `child_process` says in its `'exit'` event. */
  static fromExitEvent(pid: number, code: number | null, signal: SignalName | null): ExitStatus {
    return new ExitStatus({ pid, code, signal, coreDumped: false, known: true })
  }

  /** @internal It is gone, and no one can tell how. */
  static unknown(pid: number): ExitStatus {
    return new ExitStatus({ pid, code: null, signal: null, coreDumped: false, known: false })
  }
}

/** @internal From one record of the native `wait`. */
export function usageFromRecord(records: Float64Array, index: number): ResourceUsage {
  const at = index * binding.waitFields
  const field = (offset: number) => records[at + offset] as number
  return {
    userCPUTime: field(3),
    systemCPUTime: field(4),
    maxRSS: field(5),
    minorPageFault: field(6),
    majorPageFault: field(7),
    fsRead: field(8),
    fsWrite: field(9),
    voluntaryContextSwitches: field(10),
    involuntaryContextSwitches: field(11),
  }
}

// si_code of waitid(2); the same numbers on Linux and macOS.
const CLD_EXITED = 1
const CLD_DUMPED = 3
