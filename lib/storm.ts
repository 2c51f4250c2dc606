import { restChildSignal } from './child-signal.js'
import { readTaskChildren } from './proc.js'
import { discardAll, discardEach, ownedChild } from './reaper.js'

// Thousands of children that die at once, seen by no one. To be woken by each death, and to let the
// kernel search for each, takes longer than the deaths, and holds them up: so there is a look every few
// milliseconds, and it asks a share of the children that are known, each in turn.

const TICK = 5
// A search finds who came since the children were read, and finds out whether the storm is over.
const SEARCH_EVERY = 10
const READ_AGAIN_AFTER = 1000

let children: Float64Array | undefined
let next = 0
let readAt = 0
let ticks = 0
let lastSearch = 0

/** Reaps dead children of every kind, at most a batch; true if there may be more right now. */
export function discard(): boolean {
  if (children !== undefined) {
    askSome()
    ticks += 1
    if (ticks % SEARCH_EVERY !== 0) return rest()
  }
  const now = performance.now()
  const hurried = now - lastSearch < 1
  lastSearch = now
  const left = discardAll()
  if (left === 'some') return true
  if (left === 'costly') children ??= readChildren()
  else children = undefined
  return children !== undefined || hurried ? rest() : false
}

function rest(): false {
  restChildSignal(TICK)
  return false
}

function askSome(): void {
  if (children === undefined) return
  if (next >= children.length) {
    next = 0
    const old = performance.now() - readAt > READ_AGAIN_AFTER
    children = old ? readChildren() : children.filter((pid) => pid !== 0)
  }
  next = discardEach(children, next)
}

function readChildren(): Float64Array {
  next = 0
  readAt = performance.now()
  const pids = readTaskChildren(process.pid, process.pid) ?? []
  return Float64Array.from(pids.filter((pid) => ownedChild(pid) === undefined))
}

/** Reaps all that is dead by now. */
export function discardNow(): void {
  let left = discardAll()
  while (left === 'some') left = discardAll()
  if (left === 'none') return
  const pids = readChildren()
  for (let from = 0; from < pids.length; ) from = discardEach(pids, from)
}
