import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicNow } from '../base/time.js'

// Milliseconds between two looks, and the most that all of them take.
const PAUSE = 5
const PATIENCE = 5000

/**
 * Kills all processes of a cgroup, and waits until they have ended.
 *
 * @returns A promise that resolves when none is left, or after 5 seconds.
 * @throws If the files of the cgroup cannot be used, because it has been removed.
 */
export async function killCgroup(directory: string): Promise<void> {
  writeFileSync(`${directory}/cgroup.kill`, '1')
  const end = monotonicNow() + PATIENCE
  while (isPopulated(directory) && monotonicNow() < end) await sleep(PAUSE)
}

function isPopulated(directory: string): boolean {
  return /^populated 1$/m.test(readFileSync(`${directory}/cgroup.events`, 'utf8'))
}
