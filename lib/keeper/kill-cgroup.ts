import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicNow } from '../base/time.js'
import { binding } from '../system/binding.js'
import { groupsIn } from './groups.js'
import { writeTo } from './limits.js'

// Milliseconds between two looks, and the most that all of them take.
const PAUSE = 5
const PATIENCE = 5000

const { SIGKILL } = constants.signals

/**
 * Kills all processes of a cgroup of version 2, and waits until they have ended.
 *
 * @returns A promise that resolves when none is left, or after 5 seconds.
 * @throws If the files of the cgroup cannot be used, because it has been removed.
 */
export async function killCgroup(directory: string): Promise<void> {
  if (!killAtOnce(directory)) return killFrozen(directory)
  const end = monotonicNow() + PATIENCE
  while (isPopulated(directory) && monotonicNow() < end) await sleep(PAUSE)
}

/** Returns false on a kernel before 5.14, which has no such file. */
function killAtOnce(directory: string): boolean {
  try {
    writeTo(`${directory}/cgroup.kill`, '1')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return false
  }
}

// Nobody forks while the group is frozen, and the killed end all the same.
async function killFrozen(directory: string): Promise<void> {
  writeTo(`${directory}/cgroup.freeze`, '1')
  try {
    await Promise.all(withAllBelow(directory).map(killMembers))
  } finally {
    writeTo(`${directory}/cgroup.freeze`, '0')
  }
}

function withAllBelow(directory: string): string[] {
  return [directory, ...groupsIn(directory).flatMap(withAllBelow)]
}

/**
 * Kills all processes of a cgroup one by one, until none is left. It does not look into the groups below.
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

function readMembers(directory: string): number[] {
  try {
    return readFileSync(`${directory}/cgroup.procs`, 'latin1')
      .split('\n')
      .filter(Boolean)
      .map(Number)
  } catch (error) {
    // A threaded group: its processes are listed in one above it (cgroups(7)).
    if ((error as NodeJS.ErrnoException).code === 'ENOTSUP') return []
    throw error
  }
}

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
