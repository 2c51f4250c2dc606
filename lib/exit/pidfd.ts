import { systemError } from '../base/errors.js'
import { type Binding, binding } from '../system/binding.js'
import type { Check, Watch } from './backend.js'

// The kernel marks a pidfd readable when its process exits, and reports it to an epoll set. One set serves all
// processes, so the cost of an exit does not depend on how many are watched.

interface ExitSet {
  readonly watches: Map<number, { pidfd: number; check: Check }>
  lastToken: number
  isOpen: boolean
}

// A test runner loads this module anew for each file of tests, or after `jest.resetModules()`. The addon stays, and opens
// its set once: a second copy with a set of its own would get EALREADY. So the addon's object has what copies share.
const KEY = Symbol.for('sexton.exitSet')
const addon = binding as Binding & { [KEY]?: ExitSet }
addon[KEY] ??= { watches: new Map(), lastToken: 0, isOpen: false }
const set = addon[KEY]
const { watches } = set
const tokens = new Float64Array(binding.exitBatch)

/** Watches the process of `pidfd`. The caller closes the descriptor, after `stop()`. */
export function watchPidfd(pidfd: number, check: Check): Watch {
  if (!set.isOpen) open()
  // A token of its own, because a descriptor's number may be closed and reused within one batch.
  do set.lastToken = (set.lastToken + 1) >>> 0
  while (watches.has(set.lastToken))
  const token = set.lastToken
  const result = binding.watchPidfd(pidfd, token)
  if (result < 0) throw systemError(result, 'epoll_ctl')
  watches.set(token, { pidfd, check })
  return { stop: () => stop(token) }
}

function open(): void {
  const result = binding.openExitSource(drain)
  if (result < 0) throw systemError(result, 'epoll_create1')
  set.isOpen = true
}

// Handles one batch in each turn of the loop, so that other events get their turn. The rest keeps the set readable.
function drain(): void {
  const count = binding.drainExits(tokens)
  for (const token of tokens.slice(0, Math.max(count, 0))) {
    if (watches.get(token)?.check()) stop(token)
  }
}

function stop(token: number): void {
  const watch = watches.get(token)
  if (watch === undefined) return
  watches.delete(token)
  binding.unwatchPidfd(watch.pidfd)
}
