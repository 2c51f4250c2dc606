import { monotonicNow } from '../base/time.js'
import type { Check } from './backend.js'
import { Sweep } from './sweep.js'

// Only SIGCHLD tells that a child has stopped for a tracer: its pidfd does not, and neither does polling. Most signals
// are about something else, so a busy parent must not pay for each. The first SIGCHLD starts a quiet period in which
// none is heard. One look follows, and then the signal is heard again. So there are ten looks a second at most.

// Milliseconds of the quiet period.
const QUIET = 100

// The share of all time that the looks may take.
const SHARE = 0.01

let quiet = QUIET

const sweep = new Sweep((run) => {
  const timer = setTimeout(() => {
    const start = monotonicNow()
    run()
    quiet = Math.max(QUIET, (monotonicNow() - start) / SHARE)
  }, quiet)
  timer.unref()
  return () => clearTimeout(timer)
}, true)

/** Watches a child of this thread for stops: `check` lets it go on. Its end is noticed otherwise. */
export function watchStops(pid: number, check: Check): void {
  sweep.add(pid, check)
}

/** Ends that. */
export function unwatchStops(pid: number, check: Check): void {
  sweep.remove(pid, check)
}
