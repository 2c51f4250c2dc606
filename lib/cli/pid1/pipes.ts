import { fstatSync } from 'node:fs'
import { giveAway } from '../../spawn/stdio.js'
import { binding } from '../../system/binding.js'

/**
 * Makes the pipes at descriptors 0 to 2 another user's, as runc does for the user of a container: only a
 * pipe's owner may open `/dev/stdout` anew. Files and named pipes keep their owner, because they last
 * longer than the command; so does a terminal, because its next user would share it with the command's.
 */
export function giveAwayPipes(owner: number): void {
  const device = deviceOfPipes()
  for (const fd of [0, 1, 2]) {
    if (device !== undefined && deviceOf(fd) === device) giveAway(fd, owner)
  }
}

/** All pipes without a name are on one file system, which the kernel keeps for them. */
function deviceOfPipes(): bigint | undefined {
  const ends = new Int32Array(2)
  if (binding.makePipe(ends, 0) < 0) return undefined
  const [readEnd, writeEnd] = ends as unknown as [number, number]
  const device = deviceOf(readEnd)
  binding.closeFd(readEnd)
  binding.closeFd(writeEnd)
  return device
}

function deviceOf(fd: number): bigint | undefined {
  try {
    return fstatSync(fd, { bigint: true }).dev
  } catch {
    return undefined // closed
  }
}
