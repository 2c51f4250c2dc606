import { timeOfDay } from '../../system/clock.js'

/** The time in UTC with nanoseconds, as shimmy writes it: `2026-11-21T07:47:47.617402744+00:00`. */
export function universalTime(): string {
  const { seconds, nanoseconds } = timeOfDay()
  const date = new Date(seconds * 1000).toISOString().slice(0, 19)
  return `${date}.${String(nanoseconds).padStart(9, '0')}+00:00`
}
