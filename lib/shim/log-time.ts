import { timeOfDay } from '../system/clock.js'

let second = -1
let [date, offset] = ['', '']

/** The local time with nanoseconds, as the Kubernetes log format has it: `2026-11-21T07:39:02.923468561+00:00`. */
export function logTime(): string {
  const { seconds, nanoseconds } = timeOfDay()
  if (seconds !== second) describe(seconds)
  return `${date}.${String(nanoseconds).padStart(9, '0')}${offset}`
}

// What changes once a second at most. The offset changes with daylight saving time.
function describe(seconds: number): void {
  second = seconds
  const minutes = -new Date(seconds * 1000).getTimezoneOffset()
  date = new Date((seconds + minutes * 60) * 1000).toISOString().slice(0, 19)
  const parts = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  offset = (minutes < 0 ? '-' : '+') + parts.map((part) => String(part).padStart(2, '0')).join(':')
}
