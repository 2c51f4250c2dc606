import { monotonicNow } from '../base/time.js'
import type { Check, Watch } from './backend.js'
import { Sweep } from './sweep.js'

// Of a child that stops for a tracer neither its descriptor nor its pid tells: SIGCHLD alone does, and almost
// always that is about something else. So there is one look for all that comes within some milliseconds, and
// those looks take a tenth of all time at most.
const LEISURE = 10
const TENTH = 0.1

let delay = LEISURE

const sweep = new Sweep((run) => {
  const timer = setTimeout(() => {
    const start = monotonicNow()
    run()
    delay = Math.max(LEISURE, (monotonicNow() - start) / TENTH)
  }, delay)
  timer.unref()
  return () => clearTimeout(timer)
}, true)

/** Watches a child of this thread, whose end is noticed otherwise, for stops: `check` lets it go on. */
export function watchStops(pid: number, check: Check): Watch {
  return sweep.watch(pid, check)
}
