import { expect } from 'vitest'
import { eventually } from '../eventually.js'
import { start } from './running.js'

const QUIET = 10_000

/**
 * Watches a process with all its threads until ten seconds have gone by without a system call. Not
 * the first ten: to be attached to interrupts the calls that it sits in.
 */
export async function expectQuiet(pid: number): Promise<void> {
  const strace = start(['strace', '-f', '-p', String(pid)])
  await strace.printed('attached')
  let [length, since] = [0, performance.now()]
  await eventually(() => {
    const now = performance.now()
    if (strace.stderr().length !== length) [length, since] = [strace.stderr().length, now]
    expect(now - since, strace.stderr().slice(-2000)).toBeGreaterThan(QUIET)
  }, 2 * QUIET)
  process.kill(strace.pid, 'SIGINT')
  await strace.ended
}
