import { monotonicNow } from '../base/time.js'
import type { Check, Watch } from './backend.js'

// The portable back-end. A check comes soon at first, because most processes that are waited for are about to
// exit, and then at growing intervals. One timer serves all processes. A notice is at most LONGEST ms late.

// Milliseconds until the first check, and the longest interval between two.
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

/** Watches by calling `check` at growing intervals. The caller makes the first check itself. */
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
    // Checking half a millisecond early saves a wake-up.
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
  // Unreferenced, because lib/base/process-life.ts keeps the loop alive while a caller waits.
  timer = setTimeout(round, Math.max(due - monotonicNow(), 0)).unref()
}

function stop(entry: Entry): void {
  entries.delete(entry)
  if (entries.size > 0) return
  clearTimeout(timer)
  timerDue = Number.POSITIVE_INFINITY
}
