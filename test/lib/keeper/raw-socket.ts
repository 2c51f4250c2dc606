import { Socket } from 'node:net'
import { binding } from '../../../lib/system/binding.js'

/** A socket on a descriptor of the addon's, which closes it. */
export function openConnection(fd: number): Socket {
  const socket = new Socket({ fd, readable: true, writable: true })
  binding.handOver(fd)
  // A keeper that is gone resets the connection.
  socket.on('error', () => {})
  return socket
}
