import { ECHILD, systemError } from '../base/errors.js'
import { ExitStatus, usageFromRecord } from '../exit/exit-status.js'
import { isEnd, letGo, Tracee } from '../exit/tracees.js'
import { binding, P_ALL, P_PID, P_PIDFD } from '../system/binding.js'
import { anyOnlookers, lookFirst } from './onlookers.js'
import { OwnedChild } from './owned-child.js'
import { anyThereBefore, forget } from './ownership.js'

// Who waits for whom. A child's status can be taken once, and only this module takes any.

const BATCH = 256
const records = new Float64Array(BATCH * binding.waitFields)

// How many are reaped without a word at once, and the nanoseconds that this may take, together and for
// each: so long that the event loop gets its turn in time.
const MOST_DISCARDED = 1024
const SEARCH_LIMITS = Int32Array.of(MOST_DISCARDED, 100_000, 5_000)
const ASKING_LIMITS = Int32Array.of(MOST_DISCARDED, 1_000_000, 5_000)
// Each orphan is looked up among them, one after the other.
const MOST_CLAIMS = 64

const owned = new Map<number, OwnedChild>()
const listeners = new Set<(status: ExitStatus, own: boolean) => void>()

/** Makes a child that was just started this thread's own: only here is its status taken. */
export function own(pid: number, pidfd: number): OwnedChild {
  const child = new OwnedChild(pid, pidfd, take)
  owned.set(pid, child)
  child.watch()
  return child
}

/** The child of sexton's `spawn` in this thread that has this pid and has not been reaped. */
export function ownedChild(pid: number): OwnedChild | undefined {
  return owned.get(pid)
}

/** Tells of every status taken here, and whether it was an owned child's. */
export function onReaped(listener: (status: ExitStatus, own: boolean) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Whether this process has any child, of any of its threads, dead or alive. */
export function anyChildren(): boolean {
  return binding.wait(P_ALL, 0, binding.peek, records) !== -ECHILD
}

/** What `peek` and `take` find: its status, that it lives, or that it is no child of ours. */
export type Found = ExitStatus | 'alive' | 'not-child'

/** Looks at a child's status and leaves it. */
export function peek(pid: number): Found {
  return aliveIfStopped(found(pid, binding.wait(P_PID, pid, binding.peek, records)))
}

/** The same for the process of a descriptor, which no later process with its pid can stand in for. */
export function peekPidfd(pid: number, pidfd: number): Found {
  return aliveIfStopped(found(pid, binding.wait(P_PIDFD, pidfd, binding.peek, records)))
}

/** Looks at a child of this thread, and also tells if it has stopped for a tracer. */
export function peekHere(pid: number): Found | Tracee {
  return found(pid, binding.wait(P_PID, pid, binding.peek | binding.onlyThisThread, records))
}

/** The first dead or stopped child of this thread that the kernel names, left as it is. */
export function peekAny(): ExitStatus | Tracee | undefined {
  const flags = binding.peek | binding.onlyThisThread
  return binding.wait(P_ALL, 0, flags, records) > 0 ? firstRecord() : undefined
}

/**
 * Reaps one child that is ours, or certainly no one else's, and tells whoever waits for it. If it has only
 * stopped for a tracer, it goes on.
 */
export function take(pid: number): Found {
  const pidfd = owned.get(pid)?.pidfd ?? -1
  // The back-ends without pidfds call this at each of their looks, mostly for a child that lives. Onlookers are
  // told of the dead alone.
  if (anyOnlookers() && found(pid, waitFor(pid, pidfd, binding.peek)) instanceof ExitStatus) {
    lookFirst(pid)
  }
  const result = found(pid, waitFor(pid, pidfd, 0))
  if (result instanceof Tracee) letGo(pid)
  else if (result instanceof ExitStatus) deliver(result)
  // Someone else took it. That is how it ended for us: gone, status unknown.
  else if (result === 'not-child' && owned.has(pid)) deliver(ExitStatus.unknown(pid))
  return aliveIfStopped(result)
}

// By the descriptor where there is one: it cannot mean another child.
function waitFor(pid: number, pidfd: number, flags: number): number {
  const [type, id] = pidfd < 0 ? [P_PID, pid] : [P_PIDFD, pidfd]
  return binding.wait(type, id, flags, records)
}

/**
 * Reaps dead children of this thread, of every kind, at most a batch; true if there may be more. Only
 * where there is no other spawner: a `child_process` child that it meets never gets its `'exit'` event.
 * Children of other threads are left to those (on Linux; elsewhere threads share all children).
 */
export function takeAll(): boolean {
  if (anyOnlookers()) return takeOneByOne()
  const count = binding.wait(P_ALL, 0, binding.onlyThisThread, records)
  // All read before any is delivered: a listener may wait for another child, into the same records.
  const statuses: ExitStatus[] = []
  for (let i = 0; i < count; i += 1) {
    if (isEnd(records, i)) statuses.push(ExitStatus.fromRecord(records, i))
  }
  for (const status of statuses) deliver(status)
  return count === BATCH
}

/**
 * Whether dead children may be reaped without a word, where no one wants to know how orphans ended:
 * not while someone wants to look at one first, or a pid stands for more than a child of `spawn`.
 */
export function mayDiscard(): boolean {
  return !anyOnlookers() && !anyThereBefore() && owned.size <= MOST_CLAIMS
}

/** What a look for dead children has left: none, some, or some of which each costs a long search. */
export type Left = 'none' | 'some' | 'costly'

/**
 * The same as `takeAll()`, but only children of `spawn` have their status told. An orphan then costs
 * little more than the system call. Only where one `mayDiscard()`.
 */
export function discardAll(): Left {
  const count = binding.discard(claims(), SEARCH_LIMITS, records)
  const statuses: ExitStatus[] = []
  for (let i = 0; records[i * binding.waitFields] !== 0; i += 1) {
    statuses.push(ExitStatus.fromRecord(records, i))
  }
  for (const status of statuses) deliver(status)
  if (count >= 0) return 'none'
  return -1 - count === MOST_DISCARDED ? 'some' : 'costly'
}

/**
 * The same for those of `pids` from this index on that are no children of `spawn`: each is asked, so
 * there is no search. Where to go on; who is no child any more becomes 0.
 */
export function discardEach(pids: Float64Array, from: number): number {
  return binding.discardEach(claims(), ASKING_LIMITS, pids, from)
}

function claims(): Float64Array {
  return Float64Array.from(owned.keys())
}

function takeOneByOne(): boolean {
  for (let i = 0; i < BATCH; i += 1) {
    const seen = peekAny()
    if (seen === undefined) return false
    if (seen instanceof ExitStatus) take(seen.pid)
    // If another thread traces it, its stop would hide all that comes after it.
    else if (!letGo(seen.pid)) binding.takeStop(seen.pid)
  }
  return true
}

function firstRecord(): ExitStatus | Tracee {
  if (isEnd(records)) return ExitStatus.fromRecord(records, 0)
  return new Tracee(records[0] as number, usageFromRecord(records, 0))
}

function aliveIfStopped(seen: Found | Tracee): Found {
  return seen instanceof Tracee ? 'alive' : seen
}

function found(pid: number, result: number): Found | Tracee {
  if (result > 0) return firstRecord()
  if (result === 0) return 'alive'
  if (result === -ECHILD) return 'not-child'
  throw systemError(result, 'waitid', { pid })
}

function deliver(status: ExitStatus): void {
  const child = owned.get(status.pid)
  // At once: the pid may be the next child's before anyone hears of this one.
  owned.delete(status.pid)
  forget(status.pid)
  child?.settle(status)
  for (const listener of listeners) listener(status, child !== undefined)
}
