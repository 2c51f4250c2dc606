import { attempt, SextonError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { threadGroup } from '../system/proc.js'
import type { ResourceUsage } from './exit-status.js'

// A child that calls PTRACE_TRACEME makes the thread that waits for it its tracer, unasked. From then on
// the child stops at each signal and each exec, and the kernel tells of that where it tells of ends. Left
// in its stop it would stay there for ever. So sexton detaches it with the signal that has stopped it: the
// child goes on as if it had no tracer, and so it also ends as it would.
//
// Another addon may be a debugger. What its own threads trace cannot be detached from here, as the kernel
// listens to the tracing thread alone, and no look takes such a stop away. What it traces from this thread
// is left alone like a dead child that may be its own: see lib/reaping/suspects.ts.

// si_code of waitid(2); the same numbers on Linux and macOS.
const CLD_EXITED = 1
const CLD_DUMPED = 3

/** Whether a record of the native `wait` tells of the end of a process, and not of a stop. */
export function isEnd(records: Float64Array, index = 0): boolean {
  const cause = records[index * binding.waitFields + 1] as number
  return cause >= CLD_EXITED && cause <= CLD_DUMPED
}

/** A traced child that has stopped, or a traced thread of a child that has stopped or ended. */
export class Tracee {
  /** The child's pid, or the thread's id. */
  readonly pid: number
  /** What it had used by then: with that this stop is told from a later one. */
  readonly usage: ResourceUsage
  readonly code = null
  readonly signal = null

  constructor(pid: number, usage: ResourceUsage) {
    this.pid = pid
    this.usage = usage
  }

  /** The process that it is, or is a thread of. */
  get process(): number {
    return processOf(this.pid)
  }
}

/** The process that a thread is of; the id itself where that cannot be known. */
export function processOf(id: number): number {
  const group = attempt(() => threadGroup(id))
  return group instanceof SextonError ? id : (group ?? id)
}

/** Lets a tracee go on; false if its tracer is another thread, or there is nothing to do. */
export function letGo(pid: number): boolean {
  return binding.letGo(pid) > 0
}
