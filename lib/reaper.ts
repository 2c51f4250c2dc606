import { binding, P_ALL, P_PID, P_PIDFD } from './binding.js'
import { ECHILD, systemError } from './errors.js'
import { ExitStatus } from './exit-status.js'
import { OwnedChild } from './owned-child.js'
import { anyThereBefore, forget } from './ownership.js'

// Who waits for whom. A child's status can be taken once, and only this module takes any.

const BATCH = 256
const records = new Float64Array(BATCH * binding.waitFields)
// At two microseconds each, so that the event loop gets its turn in time.
const DISCARDED = 1024
// Nanoseconds: for all, and for each that is reaped.
const LIMITS = Int32Array.of(DISCARDED, 100_000, 5_000)
const LIMITS_EACH = Int32Array.of(DISCARDED, 1_000_000, 5_000)
// Each orphan is looked up among so many children of `spawn`, one after the other.
const MOST_CLAIMED = 64

const owned = new Map<number, OwnedChild>()
const onlookers = new Map<number, Set<() => void>>()
const lookers = new Set<(pid: number) => void>()
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

/**
 * Calls `look` just before a child with this pid is reaped, while its status can still be seen by
 * anyone: who waits for it through a descriptor would otherwise come too late.
 */
export function beforeReaping(pid: number, look: () => void): () => void {
  const looks = onlookers.get(pid) ?? new Set()
  onlookers.set(pid, looks.add(look))
  return () => {
    if (looks.delete(look) && looks.size === 0) onlookers.delete(pid)
  }
}

/** Calls `look` just before any child is reaped here. From then on they are reaped one by one. */
export function beforeReapingAny(look: (pid: number) => void): void {
  lookers.add(look)
}

/** Whether this thread has any child, dead or alive. */
export function anyChildren(): boolean {
  const flags = binding.peek | binding.onlyThisThread
  return binding.wait(P_ALL, 0, flags, records) !== -ECHILD
}

/** What `peek` and `take` find: its status, that it lives, or that it is no child of ours. */
export type Found = ExitStatus | 'alive' | 'not-child'

/** Looks at a child's status and leaves it; `thisThread`: only if this thread is its parent. */
export function peek(pid: number, thisThread = false): Found {
  const flags = binding.peek | (thisThread ? binding.onlyThisThread : 0)
  return found(pid, binding.wait(P_PID, pid, flags, records))
}

/** The same for the process of a descriptor, which no later process with its pid can stand in for. */
export function peekPidfd(pid: number, pidfd: number): Found {
  return found(pid, binding.wait(P_PIDFD, pidfd, binding.peek, records))
}

/** The first dead child of this thread that the kernel names, left as it is. */
export function peekAny(): ExitStatus | undefined {
  const flags = binding.peek | binding.onlyThisThread
  return binding.wait(P_ALL, 0, flags, records) > 0 ? ExitStatus.fromRecord(records, 0) : undefined
}

/** Reaps one child that is ours, or certainly no one else's, and tells whoever waits for it. */
export function take(pid: number): Found {
  for (const look of onlookers.get(pid) ?? []) look()
  for (const look of lookers) look(pid)
  const result = found(pid, waitFor(pid, owned.get(pid)?.pidfd ?? -1))
  if (result === 'alive') return result
  if (result !== 'not-child') deliver(result)
  // Someone else took it. That is how it ended for us: gone, status unknown.
  else if (owned.has(pid)) deliver(ExitStatus.unknown(pid))
  return result
}

// By the descriptor where there is one: it cannot mean another child.
function waitFor(pid: number, pidfd: number): number {
  return pidfd < 0 ? binding.wait(P_PID, pid, 0, records) : binding.wait(P_PIDFD, pidfd, 0, records)
}

/**
 * Reaps dead children of this thread, of every kind, at most a batch; true if there may be more. Only
 * where there is no other spawner: a `child_process` child that it meets never gets its `'exit'` event.
 * Children of other threads are left to those (on Linux; elsewhere threads share all children).
 */
export function takeAll(): boolean {
  if (onlookers.size > 0 || lookers.size > 0) return takeOneByOne()
  const count = binding.wait(P_ALL, 0, binding.onlyThisThread, records)
  // All read before any is delivered: a listener may wait for another child, into the same records.
  const statuses = Array.from({ length: Math.max(count, 0) }, (_, i) =>
    ExitStatus.fromRecord(records, i),
  )
  for (const status of statuses) deliver(status)
  return count === BATCH
}

/** What a look for dead children has left: none, some, or some of which each costs a long search. */
export type Left = 'none' | 'some' | 'costly'

/**
 * The same where nobody wants to know how an orphan ended: it then costs little more than the system
 * call. The children of `spawn` have their status told as ever.
 *
 * The kernel finds a dead child by walking past the older ones that live, and all who die meanwhile
 * wait for the lock that it holds. In a storm of deaths the walks take longer than the deaths: it stops
 * when they are long.
 */
export function discardAll(): Left {
  const watched = onlookers.size > 0 || lookers.size > 0 || anyThereBefore()
  if (watched || owned.size > MOST_CLAIMED) return takeAll() ? 'some' : 'none'
  const count = binding.discard(Float64Array.from(owned.keys()), records, LIMITS)
  const statuses: ExitStatus[] = []
  for (let i = 0; records[i * binding.waitFields] !== 0; i += 1) {
    statuses.push(ExitStatus.fromRecord(records, i))
  }
  for (const status of statuses) deliver(status)
  if (count >= 0) return 'none'
  return -1 - count === DISCARDED ? 'some' : 'costly'
}

/**
 * The same for the main thread's children in `pids` from this index on, none of them of `spawn`: by a
 * question to each, without a search. Where to go on; who is no child any more becomes 0.
 */
export function discardEach(pids: Float64Array, from: number): number {
  return binding.discardEach(pids, from, LIMITS_EACH)
}

function takeOneByOne(): boolean {
  for (let i = 0; i < BATCH; i += 1) {
    const status = peekAny()
    if (status === undefined) return false
    take(status.pid)
  }
  return true
}

function found(pid: number, result: number): Found {
  if (result > 0) return ExitStatus.fromRecord(records, 0)
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
