import { binding } from './binding.js'

const fields = new Float64Array(2)

/** The time of day. `Date` has its milliseconds only. */
export interface TimeOfDay {
  /** Seconds since 1970. */
  seconds: number
  nanoseconds: number
}

/** Reads the system's clock. */
export function timeOfDay(): TimeOfDay {
  binding.readClock(fields)
  return { seconds: fields[0] as number, nanoseconds: fields[1] as number }
}
