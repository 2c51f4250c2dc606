import { closeSync } from 'node:fs'
import { join } from 'node:path'
import type { SextonError } from '../../../../lib/index.js'
import { openSpare } from '../../../../lib/shim/serve/free-descriptors.js'
import { Reception } from '../../../../lib/shim/serve/reception.js'
import {
  bindSocket,
  connectSocket,
  listenSocket,
  openSocket,
  receiveMessage,
} from '../../../../lib/system/unix-socket.js'

/** What fronts meet while no descriptor is free, and what the next look at the socket finds. */
export function acceptWithoutDescriptors(folder: string) {
  const path = join(folder, 'socket')
  const listener = openSocket('seqpacket')
  bindSocket(listener, path)
  listenSocket(listener)
  const reception = new Reception(listener)
  const front = openSocket('seqpacket')
  const others: number[] = []
  for (let fd = openSpare(); fd !== undefined; fd = openSpare()) others.push(fd)
  const accept = () => {
    try {
      return { fd: reception.accept() ?? null, hasRefused: reception.hasRefused }
    } catch (error) {
      return { errno: (error as SextonError).errno, hasRefused: reception.hasRefused }
    }
  }
  const before = accept()
  connectSocket(front, path)
  const refusing = accept()
  const room = Buffer.alloc(1000)
  const size = receiveMessage(front, room)?.size ?? 0
  const after = accept()
  for (const fd of others) closeSync(fd)
  return { before, refusing, told: room.toString('latin1', 12, size), after }
}

/** A look at what is no socket. */
export function acceptFromNoSocket() {
  const reception = new Reception(openSpare() as number)
  try {
    reception.accept()
  } catch (error) {
    return { errno: (error as SextonError).errno, hasRefused: reception.hasRefused }
  }
  return undefined
}
