import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { encodeMessage, ManagerPipe, type Message } from '../../../lib/shim/manager-pipe.js'
import { descriptorIn, ownSurroundings } from '../../../lib/shim/surroundings.js'
import { closeDescriptor, makePipe } from '../../../lib/system/descriptors.js'
import {
  acceptSocket,
  bindSocket,
  connectSocket,
  listenSocket,
  openSocket,
  receiveMessage,
} from '../../../lib/system/unix-socket.js'
import { temporaryFolder } from '../system/folder.js'

/** A manager's end of the pipe, which is a socket of packets as podman's is. */
function manager(isLegacy = false) {
  const path = `${temporaryFolder()}/sync`
  const [server, ours] = [openSocket('seqpacket'), openSocket('seqpacket')]
  bindSocket(server, path)
  listenSocket(server)
  connectSocket(ours, path)
  const theirs = acceptSocket(server) as number
  onTestFinished(() => [server, ours, theirs].forEach(closeDescriptor))
  const pipe = new ManagerPipe(ours)
  const send = (message: Message) => pipe.write(encodeMessage(message, isLegacy))
  const read = () => {
    const buffer = Buffer.alloc(100_000)
    const { size = 0 } = receiveMessage(theirs, buffer) ?? {}
    return buffer.toString('utf8', 0, size)
  }
  return { send, read, leave: () => closeDescriptor(theirs) }
}

describe('A message to the manager', () => {
  it('is one line of JSON', () => {
    const { send, read } = manager()
    send({ number: 5, legacyName: 'exit_code' })
    expect(read()).toBe('{"data": 5}\n')
    send({ number: -1, legacyName: 'pid', text: 'a "b"\\\n\0\x7f/ä' })
    expect(JSON.parse(read())).toEqual({ data: -1, message: 'a "b"\\\n\0\x7f/ä' })
  })

  it('has another name in version 0', () => {
    const { send, read } = manager(true)
    send({ number: 5, legacyName: 'exit_code' })
    send({ number: 6, legacyName: 'pid' })
    expect(read() + read()).toBe('{"exit_code": 5}\n{"pid": 6}\n')
  })

  it('goes in pieces that podman reads whole, and is cut off at 8191 bytes', () => {
    const { send, read } = manager()
    send({ number: -1, legacyName: 'pid', text: 'x'.repeat(100_000) })
    const pieces = [read(), read(), read()]
    expect(pieces.map(({ length }) => length)).toEqual([4096, 4096, expect.any(Number)])
    expect(JSON.parse(pieces.join('')).message).toHaveLength(8191)
  })

  it('is dropped if the manager has gone', () => {
    const { send, leave } = manager()
    leave()
    for (let i = 0; i < 3; i += 1) send({ number: 5, legacyName: 'pid' })
  })
})

const named = () => descriptorIn('_OCI_STARTPIPE', ownSurroundings())

describe('A descriptor in the environment', () => {
  it('is an open one, or is not there', () => {
    const { read, write } = makePipe('write')
    vi.stubEnv('_OCI_STARTPIPE', String(read))
    expect(named()).toBe(read)
    for (const fd of [read, write]) closeDescriptor(fd)
    expect(named).toThrow(/_OCI_STARTPIPE is \d+, which is not/)
    vi.stubEnv('_OCI_STARTPIPE', '7x')
    expect(named).toThrow('unable to parse _OCI_STARTPIPE')
    vi.unstubAllEnvs()
    expect(named()).toBeUndefined()
  })
})
