import { constants } from 'node:os'
import { throwLater } from '../base/call-all.js'
import { systemError } from '../base/errors.js'
import { type Binding, binding } from '../system/binding.js'
import type { Check, Watch } from './backend.js'

// The kernel marks a pidfd readable when its process exits, and reports it to an epoll set. One set serves all
// processes, so the cost of an exit does not depend on how many are watched.
//
// Most exits are those of owned children, whose statuses nobody but the reaper takes. While the reaper lets it, the
// native code takes these statuses before it calls. The whole batch is noted before anybody is told: a taken pid is
// free for other processes, so no listener may find the dead child under it. The native code closes the descriptors
// when all listeners have run: see `ExitSource` in native/wait/wait.h.

/** A process whose exit is awaited. */
interface Watched {
  readonly pidfd: number
  /** Asks whether it has exited. Returns true to end the watch. */
  check(): boolean
}

/** An owned child. It is the same object in each call: a closure for each would take longer than the rest of an exit. */
export interface WatchedOwned extends Watched {
  /**
   * Notes the status that the native code has taken: nobody is told yet. From now on the descriptor is the native
   * code's, which closes it. It must not throw.
   */
  noteTaken(records: Float64Array, index: number): void
  /** Tells everybody. */
  tellTaken(): void
}

interface ExitSet {
  readonly watches: Map<number, Watched | WatchedOwned>
  /** The reapers that do not let statuses be taken, one for each copy of the library at most. */
  readonly refusing: Set<object>
  lastToken: number
  isOpen: boolean
}

// A test runner loads this module anew for each file of tests, or after `jest.resetModules()`. The addon stays, and opens
// its set once: a second copy with a set of its own would get EALREADY. So the addon's object has what copies share.
const KEY = Symbol.for('sexton.exitSet')
const addon = binding as Binding & { [KEY]?: ExitSet }
addon[KEY] ??= { watches: new Map(), refusing: new Set(), lastToken: 0, isOpen: false }
const set = addon[KEY]
const { watches } = set
// How many have exited, and their tokens.
const tokens = new Float64Array(1 + binding.exitBatch)
const CLD_KILLED = 2 // a value of si_code for waitid(2)
const FIELDS = binding.waitFields
const records = new Float64Array(binding.exitBatch * FIELDS)

/** Watches the process of `pidfd`. The caller closes the descriptor, after `stop()`. */
export function watchPidfd(pidfd: number, check: Check): Watch {
  const token = watch({ pidfd, check }, false)
  return { stop: () => unwatch(token) }
}

/**
 * Watches an owned child. Its status is either taken at once, and `noteTaken` is called, or `check` asks for it.
 *
 * @returns The token for `unwatch()`, which is not needed after `noteTaken`.
 */
export function watchOwned(child: WatchedOwned): number {
  return watch(child, true)
}

/** Ends a watch. A second call does nothing. */
export function unwatch(token: number): void {
  const watched = watches.get(token)
  if (watched === undefined) return
  watches.delete(token)
  binding.unwatchPidfd(watched.pidfd)
}

/**
 * For the reaper: whether the statuses of owned children may be taken. That needs the consent of every copy's reaper.
 *
 * @param reaper Tells the copies apart.
 */
export function letTake(reaper: object, mayTake: boolean): void {
  if (mayTake) set.refusing.delete(reaper)
  else set.refusing.add(reaper)
  binding.takeExits(set.refusing.size === 0)
}

/** Does what the exit of an owned child does, without one. */
export function rehearseExit(pid: number, child: WatchedOwned): void {
  const token = nextToken()
  watches.set(token, child)
  tokens[0] = 1
  tokens[1] = token
  // Killed, because that is told in more words than a success.
  records.fill(0, 0, FIELDS).set([pid, CLD_KILLED, constants.signals.SIGKILL])
  tell()
}

function watch(watched: Watched | WatchedOwned, isOwned: boolean): number {
  if (!set.isOpen) open()
  const token = nextToken()
  const result = binding.watchPidfd(watched.pidfd, token, isOwned)
  if (result < 0) throw systemError(result, 'epoll_ctl')
  watches.set(token, watched)
  return token
}

// A token of its own, because a descriptor's number may be closed and reused within one batch.
function nextToken(): number {
  do set.lastToken = (set.lastToken + 1) >>> 0
  while (set.lastToken === 0 || watches.has(set.lastToken)) // 0 means no watch
  return set.lastToken
}

function open(): void {
  const result = binding.openExitSource(tell, tokens, records)
  if (result < 0) throw systemError(result, 'epoll_create1')
  set.isOpen = true
}

// Called with one batch in each turn of the loop, so that other events get their turn. The rest keeps the set readable.
function tell(): void {
  const count = tokens[0] as number
  const news: (WatchedOwned | number)[] = []
  for (let i = 0; i < count; i += 1) news.push(noted(tokens[1 + i] as number, i))
  for (const one of news) {
    try {
      if (typeof one === 'number') ask(one)
      else one.tellTaken()
    } catch (error) {
      throwLater(error) // the set does not report the others of this batch again
    }
  }
  // Before the promise jobs: who awaits an exit may need the place of its descriptor.
  binding.releaseExits()
}

/** The child, if its status was taken; otherwise the token of what may have exited. */
function noted(token: number, index: number): WatchedOwned | number {
  if (records[index * FIELDS] === 0) return token
  const child = watches.get(token) as WatchedOwned
  watches.delete(token)
  child.noteTaken(records, index)
  return child
}

function ask(token: number): void {
  if (watches.get(token)?.check()) unwatch(token)
}
