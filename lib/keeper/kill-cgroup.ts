import { readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicNow } from '../base/time.js'
import { binding } from '../system/binding.js'

// Milliseconds between two looks, and the most that all of them take.
const PAUSE = 5
const PATIENCE = 5000

const { SIGKILL } = constants.signals

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

/**
 * Kills all processes of a cgroup of version 1 one by one, until none is left.
 *
 * @returns A promise that resolves when none is left, or after 5 seconds.
 * @throws If the group has been removed.
 */
export async function killMembers(directory: string): Promise<void> {
  const end = monotonicNow() + PATIENCE
  for (let pids = readMembers(directory); pids.length > 0; pids = readMembers(directory)) {
    for (const pid of pids) killMember(directory, pid)
    if (monotonicNow() >= end) return
    await sleep(PAUSE)
  }
}

const readMembers = (directory: string) =>
  readFileSync(`${directory}/cgroup.procs`, 'latin1').split('\n').filter(Boolean).map(Number)

// The pidfd is opened before the list is read again: a pid that is in it still means the same process, or none.
function killMember(directory: string, pid: number): void {
  const pidfd = binding.pidfdOpen(pid)
  if (pidfd < 0) return
  if (readMembers(directory).includes(pid)) binding.pidfdSend(pidfd, SIGKILL)
  binding.closeFd(pidfd)
}

function isPopulated(directory: string): boolean {
  return /^populated 1$/m.test(readFileSync(`${directory}/cgroup.events`, 'utf8'))
}
