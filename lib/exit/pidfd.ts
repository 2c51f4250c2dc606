import { callAll } from '../base/call-all.js'
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

/**
 * Notes the status that the native code has taken: nobody is told yet. It must not throw.
 *
 * @returns Tells everybody.
 */
export type Note = (records: Float64Array, index: number) => () => void

interface Watched {
  readonly pidfd: number
  readonly check: Check
  /** Only for an owned child. */
  readonly note?: Note
}

interface ExitSet {
  readonly watches: Map<number, Watched>
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
const records = new Float64Array(binding.exitBatch * binding.waitFields)

/** Watches the process of `pidfd`. The caller closes the descriptor, after `stop()`. */
export function watchPidfd(pidfd: number, check: Check): Watch {
  return watch({ pidfd, check })
}

/**
 * Watches an owned child. Its status is either taken at once, and `note` is called, or `check` asks for it.
 *
 * @param note After this call the descriptor is the native code's, which closes it.
 */
export function watchOwned(pidfd: number, check: Check, note: Note): Watch {
  return watch({ pidfd, check, note })
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

/** Does what the exit of an owned child does, without one: calls `note`, and what that returns. */
export function rehearseExit(pid: number, note: Note): void {
  const token = nextToken()
  watches.set(token, { pidfd: -1, check: () => true, note })
  tokens.set([1, token])
  records[0] = pid // the rest of the record may be anything
  tell()
}

function watch(watched: Watched): Watch {
  if (!set.isOpen) open()
  const token = nextToken()
  const result = binding.watchPidfd(watched.pidfd, token, watched.note !== undefined)
  if (result < 0) throw systemError(result, 'epoll_ctl')
  watches.set(token, watched)
  return { stop: () => stop(token) }
}

// A token of its own, because a descriptor's number may be closed and reused within one batch.
function nextToken(): number {
  do set.lastToken = (set.lastToken + 1) >>> 0
  while (watches.has(set.lastToken))
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
  const tellings: (() => void)[] = []
  for (let i = 0; i < count; i += 1) tellings.push(noted(tokens[1 + i] as number, i))
  // All, because the set does not report the others of this batch again.
  callAll(tellings, undefined)
  // Before the promise jobs: who awaits an exit may need the place of its descriptor.
  binding.releaseExits()
}

function noted(token: number, index: number): () => void {
  const isTaken = records[index * binding.waitFields] !== 0
  if (!isTaken) return () => ask(token)
  const { note } = watches.get(token) as Required<Watched>
  watches.delete(token)
  return note(records, index)
}

function ask(token: number): void {
  if (watches.get(token)?.check()) stop(token)
}

function stop(token: number): void {
  const watched = watches.get(token)
  if (watched === undefined) return
  watches.delete(token)
  binding.unwatchPidfd(watched.pidfd)
}
