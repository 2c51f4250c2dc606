import { fstatSync } from 'node:fs'
import { giveAway } from '../../spawn/given-end.js'
import { binding } from '../../system/binding.js'

/**
 * Gives the pipes at descriptors 0 to 2 to another user, as runc does for the user of a container. Only the owner
 * of a pipe may open `/dev/stdout` again. Files and named pipes keep their owner, because they outlive the
 * command. A terminal keeps its owner too, because its next user would share it with the command's user.
 */
export function giveAwayPipes(owner: number): void {
  const device = deviceOfPipes()
  for (const fd of [0, 1, 2]) {
    if (device !== undefined && deviceOf(fd) === device) giveAway(fd, owner)
  }
}

/** Finds the device of anonymous pipes: the kernel keeps them all on one file system. */
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
