import { monotonicNow } from '../base/time.js'
import type { Check, Watch } from './backend.js'

// The portable loop: look very soon (the caller has looked at once), as most processes that are waited for are
// about to end, then ever less often. Up to LONGEST ms late; one wake-up per round for all.

const SHORTEST = 1
const LONGEST = 50

interface Entry {
  check: Check
  delay: number
  due: number
}

const entries = new Set<Entry>()
let timer: NodeJS.Timeout | undefined
let timerDue = Number.POSITIVE_INFINITY

/** Watches anything that `check` can find out. The first look is the caller's own. */
export function watchByPolling(check: Check): Watch {
  const entry: Entry = { check, delay: SHORTEST, due: monotonicNow() + SHORTEST }
  entries.add(entry)
  schedule(entry.due)
  return { stop: () => stop(entry) }
}

function round(): void {
  timerDue = Number.POSITIVE_INFINITY
  const now = monotonicNow()
  for (const entry of entries) {
    // Half a millisecond early is better than a wake-up of its own.
    if (entry.due > now + 0.5) continue
    if (entry.check()) {
      stop(entry)
      continue
    }
    entry.delay = Math.min(entry.delay * 2, LONGEST)
    entry.due = now + entry.delay
  }
  let next = Number.POSITIVE_INFINITY
  for (const entry of entries) next = Math.min(next, entry.due)
  if (entries.size > 0) schedule(next)
}

function schedule(due: number): void {
  if (due >= timerDue) return
  clearTimeout(timer)
  timerDue = due
  // Unreferenced: lib/base/process-life.ts keeps the loop going while someone waits.
  timer = setTimeout(round, Math.max(due - monotonicNow(), 0)).unref()
}

function stop(entry: Entry): void {
  entries.delete(entry)
  if (entries.size > 0) return
  clearTimeout(timer)
  timerDue = Number.POSITIVE_INFINITY
}
