import { readProcessFile, readTaskFile } from '../../system/proc.js'

/** The fields of `/proc/<pid>/status` (proc_pid_status(5)) that a diagnosis needs. */
export interface Status {
  /** The pid of its tracer; 0 if nobody traces it. */
  tracer: number
  /** Its pid in its own PID namespace. */
  innerPid: number
  /** Masks of signals, bit n - 1 for signal n. */
  blocked: bigint
  ignored: bigint
  caught: bigint
  /** The seccomp mode: 0 none, 1 strict, 2 a filter. */
  seccomp: number
}

/** Reads the status of a process or of one of its threads; `undefined` if it is gone. */
export function readStatus(pid: number, tid?: number): Status | undefined {
  const text = tid === undefined ? readProcessFile(pid, 'status') : readTaskFile(pid, tid, 'status')
  return text === undefined ? undefined : parseStatus(text)
}

/** Parses a status. A missing field counts as 0: the kernel was built without that feature. */
export function parseStatus(text: string): Status {
  const field = (name: string) => new RegExp(`^${name}:\t(.*)$`, 'm').exec(text)?.[1] ?? ''
  const number = (name: string) => Number(field(name).split('\t').at(-1) || 0)
  const mask = (name: string) => BigInt(`0x${field(name) || 0}`)
  return {
    tracer: number('TracerPid'),
    innerPid: number('NSpid') || number('Pid'), // since Linux 4.1
    blocked: mask('SigBlk'),
    ignored: mask('SigIgn'),
    caught: mask('SigCgt'),
    seccomp: number('Seccomp'),
  }
}

/** Whether the mask has this signal. */
export function hasSignal(mask: bigint, signal: number): boolean {
  return ((mask >> BigInt(signal - 1)) & 1n) === 1n
}
