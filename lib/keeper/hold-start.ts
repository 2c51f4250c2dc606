import { fchmodSync, rmSync } from 'node:fs'
import type { OwnedChild } from '../reaping/owned-child.js'
import { binding } from '../system/binding.js'
import { closeDescriptor, makeMemoryFile, makePipe } from '../system/descriptors.js'
import {
  bindSocket,
  connectSocket,
  listenSocket,
  openSocket,
  type SocketType,
  sendMessage,
} from '../system/unix-socket.js'
import { keeperExecutable } from './executable.js'
import { encodeHoldRequest, HOLD_VERSION, type Slot } from './hold-frames.js'
import { encodeHoldSettings, type HoldPlan } from './hold-settings.js'
import { lackOf, MEMORY } from './refusal.js'
import { startAnywhere } from './start.js'

// Others than the owner have no way to a container.
const SOCKET_MODE = 0o600

/** A keeper of a container that has been started, and this process's way to it. */
export interface StartedHolder {
  child: OwnedChild
  connection: number
  /** This process's copies of what the keeper holds. */
  fds: Partial<Record<Slot, number>>
}

/**
 * Starts the keeper of a container as a child of this process, which is its first server. It connects before the keeper
 * exists, so that the keeper never has to wait for a server.
 *
 * @throws {TypeError | RangeError} if the plan is not valid.
 * @throws {SextonError} `ERR_UNSUPPORTED`, `ERR_SPAWN_FAILED` or `ERR_SYSTEM` if the system refuses it. No process, no
 *   socket and no descriptor remains.
 */
export function startHolder(plan: HoldPlan): StartedHolder {
  const temporary: number[] = []
  const kept: number[] = []
  const paths: string[] = []
  const listen = (type: SocketType, path: string) => {
    const fd = openSocket(type)
    temporary.push(fd)
    fchmodSync(fd, SOCKET_MODE)
    bindSocket(fd, path)
    paths.push(path)
    listenSocket(fd)
    return fd
  }
  const keep = (fd: number) => {
    kept.push(fd)
    return fd
  }
  try {
    const fds: Partial<Record<Slot, number>> = {
      ...plan.held,
      notes: keep(makeMemoryFile()),
      stage: keep(makeMemoryFile()),
      draft: keep(makeMemoryFile()),
    }
    if (plan.console !== undefined) Object.assign(fds, { relay: keep(openRelay()) })
    const { sources, bytes } = encodeHoldSettings(plan, fds)
    const adoption = listen('seqpacket', plan.socket)
    const console = plan.console === undefined ? -1 : listen('stream', plan.console)
    const connection = keep(openSocket('seqpacket'))
    connectSocket(connection, plan.socket)
    sendMessage(connection, encodeHoldRequest('adopt', HOLD_VERSION))
    const memory = binding.makeSealedFile(bytes)
    if (memory < 0) throw lackOf(MEMORY, -memory)
    temporary.push(memory)
    const call = { words: ['hold', plan.name ?? 'sexton-keeper'], env: new Uint8Array() }
    const inherited = [adoption, console, memory, ...sources]
    return { child: startAnywhere(keeperExecutable(), call, inherited), connection, fds }
  } catch (error) {
    for (const fd of kept) closeDescriptor(fd)
    for (const path of paths) rmSync(path, { force: true })
    throw error
  } finally {
    for (const fd of temporary) closeDescriptor(fd)
  }
}

// A pipe through which a server moves the terminal's output. Servers open its other end by this one.
function openRelay(): number {
  const { read, write } = makePipe('read')
  closeDescriptor(write)
  return read
}
