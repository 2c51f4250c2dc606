import { type InspectOptions, inspect } from 'node:util'
import { binding } from '../system/binding.js'
import { type SignalName, signalName, signalNumber } from '../system/signal-names.js'

/**
 * The resources that a process used, with the names and units of Node's `process.resourceUsage()`. They
 * include the descendants that the process itself waited for.
 *
 * @see getrusage(2), wait4(2)
 */
export interface ResourceUsage {
  /** Processor time of all its threads in its own code, in microseconds. */
  userCPUTime: number
  /** Processor time of the kernel on its behalf, in microseconds. */
  systemCPUTime: number
  /**
   * The largest resident set, in KiB on Linux and in bytes on macOS. For a child of `spawn` on Linux it is at
   * least the caller's resident set at the time of the spawn: the child borrows that memory until exec.
   */
  maxRSS: number
  /** Page faults that needed no input or output. */
  minorPageFault: number
  /** Page faults that read a page from a disk. */
  majorPageFault: number
  /** Reads from disks: blocks of 512 bytes on Linux, the number of reads elsewhere. */
  fsRead: number
  /** Writes to disks: blocks of 512 bytes on Linux, the number of writes elsewhere. */
  fsWrite: number
  /** The number of times that it gave up the processor to wait for something. */
  voluntaryContextSwitches: number
  /** The number of times that the scheduler took the processor away from it. */
  involuntaryContextSwitches: number
}

/**
 * How a process ended. Only sexton creates these objects.
 *
 * @see wait(2), waitid(2)
 */
export class ExitStatus {
  /** Its pid. The pid may already belong to another process. */
  readonly pid: number
  /** Its exit code; `null` if a signal ended it, or if its status is not `known`. */
  readonly code: number | null
  /** The signal that ended it; `null` if it exited, or if its status is not `known`. */
  readonly signal: SignalName | null
  /** Whether it left a core dump. `false` for children of `child_process`, which does not report core dumps. */
  readonly coreDumped: boolean
  /**
   * Whether its wait status is known. `false` means that the process is certainly gone, but its status is
   * not available: another process took it, or the kernel does not show the status of a process that is not
   * a child (before Linux 6.15, or for another user's process).
   */
  readonly known: boolean
  /**
   * The resources that it used. Missing for children of `child_process`, and for processes that are not
   * children of this process.
   */
  declare readonly usage?: ResourceUsage

  private constructor(
    pid: number,
    code: number | null,
    signal: SignalName | null,
    coreDumped: boolean,
    known: boolean,
    usage?: ResourceUsage,
  ) {
    this.pid = pid
    this.code = code
    this.signal = signal
    this.coreDumped = coreDumped
    this.known = known
    if (usage !== undefined) this.usage = usage
  }

  /** Whether it exited with code 0. */
  get success(): boolean {
    return this.code === 0
  }

  /**
   * Converts the status to the number that a shell reports.
   *
   * @returns The exit code; 128 + n for signal n; or 127 if the status is not known, as the shell's `wait` does
   *   for an unknown child (POSIX, `wait`).
   */
  toShellCode(): number {
    if (this.code !== null) return this.code
    return this.signal === null ? 127 : 128 + signalNumber(this.signal)
  }

  /** Says how the process ended: `exit code 3`, `killed by SIGTERM`, `killed by SIGSEGV (core dumped)`, `unknown status`. */
  toString(): string {
    if (this.code !== null) return `exit code ${this.code}`
    if (this.signal === null) return 'unknown status'
    return `killed by ${this.signal}${this.coreDumped ? ' (core dumped)' : ''}`
  }

  /** @internal */
  [inspect.custom](depth: number, options: InspectOptions, show: typeof inspect): string {
    return depth < 0 ? `ExitStatus <${this}>` : `ExitStatus <${this}> ${show({ ...this }, options)}`
  }

  /** @internal Reads one record of the native `wait`. */
  static fromRecord(records: Float64Array, index: number): ExitStatus {
    const at = index * FIELDS
    const pid = records[at] as number
    const cause = records[at + 1]
    const status = records[at + 2] as number
    const code = cause === CLD_EXITED ? status : null
    const signal = code === null ? signalName(status) : null
    const isDumped = cause === CLD_DUMPED
    return new ExitStatus(pid, code, signal, isDumped, true, usageFromRecord(records, index))
  }

  /** @internal Decodes a raw wait status: the signal in the low 7 bits, a core flag, the code in the next byte. */
  static fromRaw(pid: number, raw: number): ExitStatus {
    const number = raw & 0x7f
    const code = number === 0 ? (raw >> 8) & 0xff : null
    const signal = number === 0 ? null : signalName(number)
    return new ExitStatus(pid, code, signal, (raw & 0x80) !== 0, true)
  }

  /** @internal Converts the arguments of the `'exit'` event of `child_process`. */
  static fromExitEvent(pid: number, code: number | null, signal: SignalName | null): ExitStatus {
    return new ExitStatus(pid, code, signal, false, true)
  }

  /** @internal The status of a process that is gone and whose wait status is not available. */
  static unknown(pid: number): ExitStatus {
    return new ExitStatus(pid, null, null, false, false)
  }
}

/** @internal Reads the usage from one record of the native `wait`. */
export function usageFromRecord(records: Float64Array, index: number): ResourceUsage {
  // No function reads each field: this is a part of each exit, and mostly runs uncompiled.
  const at = index * FIELDS + 3
  return {
    userCPUTime: records[at] as number,
    systemCPUTime: records[at + 1] as number,
    maxRSS: records[at + 2] as number,
    minorPageFault: records[at + 3] as number,
    majorPageFault: records[at + 4] as number,
    fsRead: records[at + 5] as number,
    fsWrite: records[at + 6] as number,
    voluntaryContextSwitches: records[at + 7] as number,
    involuntaryContextSwitches: records[at + 8] as number,
  }
}

const FIELDS = binding.waitFields // reading the addon's own object takes longer

// Values of si_code for waitid(2). Linux and macOS use the same numbers.
const CLD_EXITED = 1
const CLD_DUMPED = 3
