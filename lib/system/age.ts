import { readUptime } from './proc.js'
import { type ProcessStat, TICKS_PER_SECOND } from './proc-formats.js'

/**
 * Returns the seconds since the machine's boot, from which start times count.
 *
 * In an LXC container, `/proc/uptime` may count from the container's start. The monotonic clock stops while the machine
 * sleeps. Both can only be too early, so the later one is right.
 */
export function secondsSinceBoot(): number {
  return Math.max(readUptime() ?? 0, Number(process.hrtime.bigint()) / 1e9)
}

/** Returns the age of a process in seconds, at a time in seconds since boot. */
export function ageAt(time: number, { startTime }: Pick<ProcessStat, 'startTime'>): number {
  return Math.max(0, time - startTime / TICKS_PER_SECOND)
}
