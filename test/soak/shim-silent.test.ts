import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { REQUEST_VERSION } from '../../lib/shim/serve/request.js'
import { closeDescriptor } from '../../lib/system/descriptors.js'
import {
  acceptSocket,
  bindSocket,
  connectSocket,
  listenSocket,
  openSocket,
  receiveMessage,
  sendMessage,
} from '../../lib/system/unix-socket.js'
import { eventually } from '../eventually.js'
import { type Shim, startShim } from '../lib/shim/shims.js'
import { temporaryFolder } from '../lib/system/folder.js'
import { full } from './sizes.js'

// Servers that live, and do not answer. A front waits for half a minute of real time, and so these lie here.

const LEAST = 29_000
const GREETING = Buffer.from(Int32Array.of(REQUEST_VERSION, 2, 1).buffer)
const BEGUN = Buffer.from(Int32Array.of(0, 2, 0).buffer)

function opened(fd: number): number {
  onTestFinished(() => closeDescriptor(fd))
  return fd
}

/** A socket at which a server could be. */
function listen(backlog?: number): { listener: number; server: string } {
  const server = join(temporaryFolder(), 'socket')
  const listener = opened(openSocket('seqpacket'))
  bindSocket(listener, server)
  listenSocket(listener, backlog)
  return { listener, server }
}

async function accepted(listener: number): Promise<number> {
  let fd: number | undefined
  await eventually(() => {
    fd = acceptSocket(listener)
    expect(fd).toBeDefined()
  })
  return opened(fd as number)
}

/** Expects that a front gives up, that its manager is told, and that no server can begin its container any more. */
async function expectGivenUp(shim: Shim, server: string, connection?: number): Promise<void> {
  const before = performance.now()
  const stderr = `sexton-shim: the server does not answer: ${server}\n`
  expect(await shim.foreground).toEqual({ code: 1, stderr })
  expect(performance.now() - before).toBeGreaterThan(LEAST)
  if (connection !== undefined) expect(() => sendMessage(connection, BEGUN)).toThrow('EPIPE')
  expect(existsSync(join(shim.bundle, 'words'))).toBe(false)
}

describe.skipIf(!full).concurrent('A front gives up after half a minute, if its server', () => {
  it('accepts nobody, and its queue is full', async () => {
    const { server } = listen(0)
    connectSocket(opened(openSocket('seqpacket')), server)
    const shim = startShim({ server })
    await expectGivenUp(shim, server)
    await shim.ended
  })

  it('does not greet it', async () => {
    const { listener, server } = listen()
    const shim = startShim({ server })
    const connection = await accepted(listener)
    await expectGivenUp(shim, server, connection)
    await shim.ended
  })

  it('takes its request, and does not reply', async () => {
    const { listener, server } = listen()
    const shim = startShim({ server })
    const connection = await accepted(listener)
    sendMessage(connection, GREETING)
    let fds: number[] = []
    await eventually(() => {
      fds = receiveMessage(connection, Buffer.alloc(4096))?.fds ?? []
      expect(fds).not.toEqual([])
    })
    await expectGivenUp(shim, server, connection)
    expect(shim.isOver()).toBe(false)
    for (const fd of fds) closeDescriptor(fd)
    await shim.ended
    expect(shim.told()).toBe('')
  })
})
