import { binding, P_ALL } from '../binding.js'
import { onChildSignal } from '../child-signal.js'
import type { Check, Watch } from './watch.js'

// The self-pipe: libuv's SIGCHLD handler writes to a pipe that its loop reads.

const checks = new Map<number, Check>()
const peeked = new Float64Array(binding.waitFields)
let unsubscribe: (() => void) | undefined
let scheduled = false

/** Watches a child of this process by SIGCHLD. */
export function watchChild(pid: number, check: Check): Watch {
  unsubscribe ??= onChildSignal(sweepSoon)
  checks.set(pid, check)
  // A child that died before SIGCHLD was being heard would otherwise never be noticed. Not at once:
  // who has just been given its pid must have the time to wait for it.
  sweepSoon()
  return { stop: () => stop(pid) }
}

// In a turn of its own: libuv reads signals until there are none, and a sweep from within whose
// continuations start more children, whose deaths are more signals, would keep it there for ever.
function sweepSoon(): void {
  if (scheduled) return
  scheduled = true
  setImmediate(sweep)
}

// The kernel names one dead child at a time. As long as it names ours, each death costs two calls,
// however many children live. Someone else's dead child at the head hides the rest: then ask for each.
function sweep(): void {
  scheduled = false
  let previous = 0
  for (;;) {
    const found = binding.wait(P_ALL, 0, binding.peek | binding.onlyThisThread, peeked)
    if (found === 0) return
    const pid = found > 0 ? (peeked[0] as number) : previous
    const check = pid === previous ? undefined : checks.get(pid)
    if (check === undefined || !check()) break
    stop(pid)
    previous = pid
  }
  for (const [pid, check] of checks) if (check()) stop(pid)
}

function stop(pid: number): void {
  if (!checks.delete(pid) || checks.size > 0) return
  unsubscribe?.()
  unsubscribe = undefined
}
