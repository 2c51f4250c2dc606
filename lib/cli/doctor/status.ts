import { readProcessFile, readTaskFile } from '../../system/proc.js'

/** What `/proc/<pid>/status` tells (proc_pid_status(5)), as far as a diagnosis needs it. */
export interface Status {
  /** The process that traces it; 0 if none does. */
  tracer: number
  /** Its pid in its own PID namespace. */
  innerPid: number
  /** Masks of signals, bit n - 1 for signal n. */
  blocked: bigint
  ignored: bigint
  caught: bigint
  /** 0 none, 1 strict, 2 a filter. */
  seccomp: number
}

/** The status of a process, or of one thread of it; `undefined` if it is gone. */
export function readStatus(pid: number, tid?: number): Status | undefined {
  const text = tid === undefined ? readProcessFile(pid, 'status') : readTaskFile(pid, tid, 'status')
  return text === undefined ? undefined : parseStatus(text)
}

/** A kernel that does not tell of something was built without it. */
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
