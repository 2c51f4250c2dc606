import { closeSync, openSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { invalid, systemError } from '../base/errors.js'
import { binding } from './binding.js'

// Sockets of AF_UNIX by their descriptors, as `node:fs` has files. Node itself knows the type `stream` alone, and
// passes no descriptors. Every socket is non-blocking: a call that would have to wait returns `undefined`, and
// `watchDescriptor()` tells when it is worth another try. Linux only.
//
// The descriptors belong to the addon: `closeDescriptor()` closes them.

/** `seqpacket` keeps the boundaries of messages, like `datagram`, and has connections, like `stream`. */
export type SocketType = 'stream' | 'datagram' | 'seqpacket'

/** The process at the other end of a connection. */
export interface SocketPeer {
  pid: number
  uid: number
  gid: number
}

/** A message, or what a stream had. */
export interface ReceivedMessage {
  /** The bytes received. 0 is the end of a connection, or an empty message. */
  size: number
  /** Whether the message was longer than the buffer. Its rest is lost. */
  isTruncated: boolean
  /** Descriptors that came along. The caller closes them. */
  fds: number[]
}

const HOW = { read: 0, write: 1, both: 2 } as const

/** Opens a socket without a name. */
export function openSocket(type: SocketType): number {
  return checked(binding.openSocket(binding.socketTypes[type]), 'socket')
}

/**
 * Gives a socket a path, or an abstract name, which begins with a NUL. The socket's file has the mode that fchmod(2) gave
 * the descriptor before, without the bits of the umask.
 */
export function bindSocket(fd: number, path: string): void {
  checked(
    withAddress(path, (address) => binding.bindSocket(fd, address)),
    'bind',
    path,
  )
}

/** Connects a socket. A datagram socket then sends to this path. */
export function connectSocket(fd: number, path: string): void {
  checked(
    withAddress(path, (address) => binding.connectSocket(fd, address)),
    'connect',
    path,
  )
}

/** Lets others connect. */
export function listenSocket(fd: number, backlog = 128): void {
  checked(binding.listenSocket(fd, backlog), 'listen')
}

/** Accepts a connection; `undefined` if nobody waits. */
export function acceptSocket(fd: number): number | undefined {
  return unlessWaiting(binding.acceptSocket(fd), 'accept4')
}

/** Reads who is at the other end of a connection. The kernel vouches for it. */
export function peerOf(fd: number): SocketPeer {
  const peer = new Float64Array(3)
  checked(binding.socketPeer(fd, peer), 'getsockopt SO_PEERCRED')
  const [pid, uid, gid] = peer as unknown as [number, number, number]
  return { pid, uid, gid }
}

/** Ends one direction of a connection, or both. */
export function shutdownSocket(fd: number, how: keyof typeof HOW): void {
  checked(binding.shutdownSocket(fd, HOW[how]), 'shutdown')
}

/**
 * Sends a message, with copies of these descriptors.
 *
 * @returns The bytes sent; `undefined` if there is no room for them now.
 * @throws {SextonError} `ERR_SYSTEM`, with EPIPE if nobody can receive it. No SIGPIPE is raised.
 */
export function sendMessage(
  fd: number,
  bytes: Uint8Array,
  fds: readonly number[] = [],
): number | undefined {
  return unlessWaiting(binding.sendMessage(fd, bytes, 0, Int32Array.from(fds)), 'sendmsg')
}

const fields = new Int32Array(binding.messageFields)

/**
 * Receives a message.
 *
 * @param options `peek`: leave the message where it is. Descriptors that come along are copies, to be closed.
 * @returns The message; `undefined` if there is none now.
 * @throws {SextonError} `ERR_SYSTEM`, with EMFILE if this process had no room for the descriptors.
 */
export function receiveMessage(
  fd: number,
  buffer: Uint8Array,
  options: { peek?: boolean } = {},
): ReceivedMessage | undefined {
  const { peek, truncated, descriptorsLost } = binding.messageFlags
  const flags = options.peek === true ? peek : 0
  const size = unlessWaiting(binding.receiveMessage(fd, buffer, flags, fields), 'recvmsg')
  if (size === undefined) return undefined
  const [given = 0, count = 0] = fields
  const fds = [...fields.subarray(2, 2 + count)]
  if ((given & descriptorsLost) !== 0) {
    for (const one of fds) binding.closeFd(one)
    throw systemError(-EMFILE, 'recvmsg')
  }
  return { size, isTruncated: (given & truncated) !== 0, fds }
}

const [EAGAIN, EINPROGRESS, EMFILE] = [11, 115, 24]

function unlessWaiting(result: number, syscall: string): number | undefined {
  if (result === -EAGAIN || result === -EINPROGRESS) return undefined
  return checked(result, syscall)
}

function checked(result: number, syscall: string, path?: string): number {
  if (result < 0) throw systemError(result, syscall, path === undefined ? {} : { path })
  return result
}

// Bytes that the kernel has for an address, one of them for the NUL.
const LONGEST = 107
// O_PATH: the descriptor only names the folder, so the folder need not be readable. Node does not have the constant.
const O_PATH = 0o10000000

// A longer path is reached by a descriptor of its folder.
function withAddress(path: string, call: (address: Uint8Array) => number): number {
  if (path.length === 0 || path.indexOf('\0', 1) > 0) {
    throw new TypeError(invalid('path', path, 'the path of a socket, for example /run/attach'))
  }
  const bytes = Buffer.from(path)
  if (bytes.length <= LONGEST || bytes[0] === 0) return call(bytes)
  const folder = openSync(dirname(path), O_PATH)
  try {
    return call(Buffer.from(`/proc/self/fd/${folder}/${basename(path)}`))
  } finally {
    closeSync(folder)
  }
}
