import { ExitStatus } from '../exit/exit-status.js'
import { letTake } from '../exit/pidfd.js'
import { isEnd, letGo, Tracee } from '../exit/tracees.js'
import { binding, P_ALL, P_PID, P_PIDFD } from '../system/binding.js'
import { ASK_LIMITS, BATCH, MOST_DISCARDED, WALK_LIMITS } from './budget.js'
import { Death, observers } from './observers.js'
import { OwnedChild } from './owned-child.js'
import { anyThereBefore, forget, owned, ownerOf } from './ownership.js'
import { aliveIfStopped, type Found, found, peek, peekAny, peekPidfd } from './peek.js'
import { rehearseOnce } from './rehearsal.js'

// The only module that takes statuses: a child's can be taken once. Everybody else looks by
// lib/reaping/peek.ts, or asks for it here.

const records = new Float64Array(BATCH * binding.waitFields)

/** The functions of this module that owned children call. */
const reaper = { take, note, tell }

// Almost always nobody must see the deaths of owned children first. Then the native code takes their statuses as soon as
// the exits are noticed, and `note` is called.
let isTakenAtOnce: boolean | undefined

/** Owned children whose deaths an observer of one child must see first. */
const awaited = new Set<number>()

// The native discard compares each orphan with each owned child: with more of those it is no gain.
const MOST_CLAIMS = 64

/** Makes a child that was just started this thread's own: its status is taken here alone. */
export function own(pid: number, pidfd: number): OwnedChild {
  const child = new OwnedChild(pid, pidfd, reaper)
  owned.set(pid, child)
  rehearseOnce(reaper, enroll)
  heedObservers(pid)
  child.watch()
  return child
}

// The child of a rehearsal is no process. An observer would take its end for a process's.
function enroll(child: OwnedChild): boolean {
  if (observers.look) return false
  owned.set(child.pid, child)
  return true
}

/** The child of sexton's `spawn` in this thread that has this pid and has not been reaped. */
export function ownedChild(pid: number): OwnedChild | undefined {
  return owned.get(pid)
}

/**
 * Lets statuses of owned children be taken as soon as exits are noticed, if no observer must see the deaths first.
 *
 * @param pid A child that has come, or that an observer has come for.
 */
export function heedObservers(pid?: number): void {
  if (pid !== undefined && observers.observe(pid) && owned.has(pid)) awaited.add(pid)
  const mayTake = awaited.size === 0 && !observers.lookBeforeOwned
  if (mayTake === isTakenAtOnce) return
  isTakenAtOnce = mayTake
  letTake(observers, mayTake)
}

/**
 * Reaps one child that is sexton's, or certainly nobody else's, and tells its observers. A child that has only
 * stopped for a tracer goes on.
 *
 * @returns What was found, and taken if it is a status.
 */
export function take(pid: number): Found {
  const pidfd = owned.get(pid)?.pidfd ?? -1
  const death = mustLookFirst(pid) ? announce(pid, pidfd) : undefined
  const result = waitFor(pid, pidfd)
  if (result instanceof Tracee) letGo(pid)
  else if (result instanceof ExitStatus) deliver(result, death)
  // Somebody else has reaped our child: it is gone, and its status is unknown.
  else if (result === 'not-child' && owned.has(pid)) deliver(ExitStatus.unknown(pid), death)
  return aliveIfStopped(result)
}

function mustLookFirst(pid: number): boolean {
  if (!owned.has(pid)) return observers.lookBefore
  return observers.lookBeforeOwned || observers.observe(pid)
}

// Looks first: back-ends without pidfds take again and again, mostly from a child that lives.
function announce(pid: number, pidfd: number): Death | undefined {
  const seen = pidfd < 0 ? peek(pid) : peekPidfd(pid, pidfd)
  if (!(seen instanceof ExitStatus)) return undefined
  const death = new Death(pid, ownerOf(pid), seen)
  observers.before(death)
  return death
}

// By the descriptor where there is one: it cannot mean another child.
function waitFor(pid: number, pidfd: number): Found | Tracee {
  const [type, id] = pidfd < 0 ? [P_PID, pid] : [P_PIDFD, pidfd]
  return found(pid, binding.wait(type, id, 0, records), records)
}

/**
 * Reaps dead children of this thread, whoever owns them, at most a batch. Children of other threads are left to
 * those on Linux; elsewhere threads share all children.
 *
 * @returns Whether there may be more.
 */
export function takeAny(): boolean {
  if (observers.lookBefore) return takeOneByOne()
  const count = binding.wait(P_ALL, 0, binding.onlyThisThread, records)
  // All are read before any is delivered: an observer may wait for another child, into the same records.
  const statuses: ExitStatus[] = []
  for (let i = 0; i < count; i += 1) {
    if (isEnd(records, i)) statuses.push(ExitStatus.fromRecord(records, i))
  }
  for (const status of statuses) deliver(status)
  return count === BATCH
}

function takeOneByOne(): boolean {
  for (let i = 0; i < BATCH; i += 1) {
    const seen = peekAny()
    if (seen === undefined) return false
    if (seen instanceof ExitStatus) take(seen.pid)
    // A stop for a tracer in another thread would hide everything behind it: take the stop.
    else if (!letGo(seen.pid)) binding.takeStop(seen.pid)
  }
  return true
}

/**
 * Whether deaths may be discarded: taken without a status, except those of `spawn`'s children. Not while somebody
 * looks at them, and not while a child is there whose owner nobody told.
 */
export function mayDiscard(): boolean {
  return !observers.look && !anyThereBefore() && owned.size <= MOST_CLAIMS
}

/** What `discardAny()` leaves: nothing, some, or some that each cost a long walk to find. */
export type Left = 'none' | 'some' | 'costly'

/** Reaps like `takeAny()`, where one `mayDiscard()`: an orphan costs little more than the system call. */
export function discardAny(): Left {
  const count = binding.discard(claims(), WALK_LIMITS, records)
  const statuses: ExitStatus[] = []
  for (let i = 0; records[i * binding.waitFields] !== 0; i += 1) {
    statuses.push(ExitStatus.fromRecord(records, i))
  }
  for (const status of statuses) deliver(status)
  if (count >= 0) return 'none'
  return -1 - count === MOST_DISCARDED ? 'some' : 'costly'
}

/**
 * Reaps the given pids one by one from index `from`, skipping spawn's children: no walk is needed to find them.
 *
 * @param pids Those that are not children any more become 0.
 * @returns The index to resume at.
 */
export function discardEach(pids: Float64Array, from: number): number {
  return binding.discardEach(claims(), ASK_LIMITS, pids, from)
}

function claims(): Float64Array {
  return Float64Array.from(owned.keys())
}

function deliver(status: ExitStatus, seen?: Death): void {
  const child = owned.get(status.pid)
  tell(child, status, note(child, status, seen))
}

// Notes a status, and tells nobody. Returns the death for those who see it.
function note(child: OwnedChild | undefined, status: ExitStatus, seen?: Death): Death | undefined {
  const { pid } = status
  const isSeen =
    child === undefined ? observers.look : observers.lookAtOwned || observers.observe(pid)
  const death = seen ?? (isSeen ? new Death(pid, ownerOf(pid), status) : undefined)
  // Forget first: the pid may be another child's before anyone hears of this one.
  owned.delete(pid)
  if (awaited.size > 0 && awaited.delete(pid)) heedObservers()
  forget(pid)
  death?.taken(status)
  child?.note(status)
  return death
}

function tell(child: OwnedChild | undefined, status: ExitStatus, death: Death | undefined): void {
  child?.tell(status)
  if (death !== undefined) observers.after(death)
}
