import { attempt, SextonError } from '../base/errors.js'
import { monotonicNow } from '../base/time.js'
import { restChildSignal } from '../exit/child-signal.js'
import { readTaskChildren } from '../system/proc.js'
import { discardAll, discardEach, mayDiscard, takeAll } from './reaper.js'

// Thousands of children that die at once, and no one wants to know how. The kernel finds a dead child
// by walking past the older ones that live, and all who die wait for the lock that it holds meanwhile:
// in a storm the walks take longer than the deaths. So does waking up for each of them. Therefore, while
// the walks are long, there is a look every few milliseconds, at children whose pids are known.

const TICK = 5
// A walk now and then tells whether the storm is over.
const WALK_EVERY = 10
// For those who came since.
const READ_AGAIN_AFTER = 1000

let children: Float64Array | undefined
let next = 0
let readAt = 0
let ticks = 0
let lastWalk = 0

/** Reaps dead children of every kind, at most a batch; true if there may be more right now. */
export function discard(): boolean {
  if (!mayDiscard()) {
    children = undefined
    return takeAll()
  }
  if (children !== undefined) {
    children = askSome(children)
    ticks += 1
    if (ticks % WALK_EVERY !== 0) return rest()
  }
  return walk()
}

/** Reaps all that is dead by now. */
export function discardNow(): void {
  if (!mayDiscard()) {
    while (takeAll());
    return
  }
  let left = discardAll()
  while (left === 'some') left = discardAll()
  const pids = left === 'costly' ? readChildren() : undefined
  if (pids === undefined) return
  for (let from = 0; from < pids.length; ) from = discardEach(pids, from)
}

function walk(): boolean {
  const now = monotonicNow()
  const again = now - lastWalk < 1
  lastWalk = now
  const left = discardAll()
  if (left === 'some') return true
  if (left === 'none') children = undefined
  else children ??= readChildren()
  if (children !== undefined) return rest()
  if (left === 'costly') return true
  return again && rest()
}

function rest(): false {
  restChildSignal(TICK)
  return false
}

// A share of them, each in turn.
function askSome(known: Float64Array): Float64Array | undefined {
  let pids: Float64Array | undefined = known
  if (next >= known.length) {
    next = 0
    const old = monotonicNow() - readAt > READ_AGAIN_AFTER
    pids = old ? readChildren() : known.filter((pid) => pid !== 0)
  }
  if (pids !== undefined) next = discardEach(pids, next)
  return pids
}

// Undefined where they cannot be read, or the kernel was built without CONFIG_PROC_CHILDREN.
function readChildren(): Float64Array | undefined {
  next = 0
  readAt = monotonicNow()
  const pids = attempt(() => readTaskChildren(process.pid, process.pid))
  return pids === undefined || pids instanceof SextonError ? undefined : Float64Array.from(pids)
}
