import { fchmodSync } from 'node:fs'
import { closeDescriptor, makePipe } from '../system/descriptors.js'
import type { Streams } from './holder.js'
import type { Settings } from './settings.js'

// A container may run as another user, who opens /dev/stdout anew.
const PIPE_MODE = 0o777

/** The pipes of a container. */
export interface ContainerEnds {
  /** The container's ends, which the runtime gets as its standard streams. -1 stands for `/dev/null`. */
  theirs: number[]
  /** The shim's ends. */
  ours: Streams
  /** Closes the container's ends. Otherwise the streams would have no end: this process could still write to them. */
  closeTheirs: () => void
}

/** Opens the pipes that a container needs, or takes the manager's streams for it. */
export function openContainerEnds(settings: Settings): ContainerEnds {
  const { stdin, terminal, drivers, surroundings } = settings
  const ours: Streams = { stdin: undefined, stdout: undefined, stderr: undefined }
  if (drivers.some(({ kind }) => kind === 'passthrough')) {
    const theirs = [0, 1, 2].map((number) => surroundings.descriptor(number) ?? -1)
    return { theirs, ours, closeTheirs: () => {} }
  }
  const theirs = [-1, -1, -1]
  const closeTheirs = () => {
    for (const fd of theirs.splice(0)) if (fd >= 0) closeDescriptor(fd)
  }
  try {
    if (stdin && !terminal) [theirs[0], ours.stdin] = openPipe('write')
    if (!terminal) [theirs[1], ours.stdout] = openPipe('read')
    ;[theirs[2], ours.stderr] = openPipe('read')
  } catch (error) {
    closeTheirs() // no descriptor is free
    for (const fd of Object.values(ours)) if (fd !== undefined) closeDescriptor(fd)
    throw error
  }
  return { theirs, ours, closeTheirs }
}

function openPipe(ours: 'read' | 'write'): [theirs: number, ours: number] {
  const ends = makePipe(ours)
  fchmodSync(ends.read, PIPE_MODE)
  return [ours === 'read' ? ends.write : ends.read, ends[ours]]
}
