import { attempt, SextonError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { threadGroup } from '../system/proc.js'
import type { ResourceUsage } from './exit-status.js'

// A child that calls PTRACE_TRACEME makes the thread that waits for it its tracer, unasked. The child then stops at
// each signal and each exec, and waitid(2) reports these stops along with deaths. Nobody else would end the stop.
// So sexton detaches the child with the signal that has stopped it: the child goes on as if it had no tracer, and
// ends as it would without one.
//
// Another addon may be a debugger. Sexton cannot detach the tracees of the addon's own threads, because the
// kernel listens to the tracing thread alone. A tracee of this thread that the addon may own is left alone like a dead
// child that it may own: see lib/reaping/suspects.ts.

// si_code of waitid(2); the same numbers on Linux and macOS.
const CLD_EXITED = 1
const CLD_DUMPED = 3

/** Whether a record of the native `wait` reports the end of a process, not a stop. */
export function isEnd(records: Float64Array, index = 0): boolean {
  const cause = records[index * binding.waitFields + 1] as number
  return cause >= CLD_EXITED && cause <= CLD_DUMPED
}

/** A traced child that has stopped, or a traced thread of a child that has stopped or ended. */
export class Tracee {
  /** The child's pid, or the thread's id. */
  readonly pid: number
  /** The resources that it had used by then. They tell this stop from a later one. */
  readonly usage: ResourceUsage
  readonly code = null
  readonly signal = null

  constructor(pid: number, usage: ResourceUsage) {
    this.pid = pid
    this.usage = usage
  }

  /** The pid of its process. */
  get process(): number {
    return processOf(this.pid) ?? this.pid
  }
}

/** The pid of a thread's process; `undefined` where `/proc` cannot tell. */
export function processOf(id: number): number | undefined {
  const group = attempt(() => threadGroup(id))
  return group instanceof SextonError ? undefined : (group ?? id)
}

/** Lets a tracee go on. Returns false if another thread traces it, or if it has not stopped. */
export function letGo(pid: number): boolean {
  return binding.letGo(pid) > 0
}
