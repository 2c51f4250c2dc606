import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { REQUEST_VERSION } from '../../lib/shim/serve/request.js'
import { closeDescriptor, makeMemoryFile } from '../../lib/system/descriptors.js'
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
import { freePlace, killed, serverAt } from '../lib/shim/servers.js'
import { exitOf, logOf, startShim } from '../lib/shim/shims.js'
import { temporaryFolder } from '../lib/system/folder.js'

// Fronts, servers and keepers of different versions, as after an upgrade while containers run.

const OTHER = REQUEST_VERSION + 1

function owned(fd: number): number {
  onTestFinished(() => closeDescriptor(fd))
  return fd
}

/** Waits for what the other end of a connection says; `''` means its end. */
async function heard(fd: number): Promise<string> {
  const room = Buffer.alloc(1000)
  let size: number | undefined
  await eventually(() => {
    size = receiveMessage(fd, room)?.size
    expect(size).toBeDefined()
  })
  return room.toString('latin1', 0, size)
}

const reply = (...words: number[]) => Buffer.from(Int32Array.from(words).buffer)

describe('A front', () => {
  it('hands nothing over to a server of another version, and says so', async () => {
    const server = join(temporaryFolder(), 'socket')
    const listener = owned(openSocket('seqpacket'))
    bindSocket(listener, server)
    listenSocket(listener)
    const shim = startShim({ server })
    let connection: number | undefined
    await eventually(() => {
      connection = acceptSocket(listener)
      expect(connection).toBeDefined()
    })
    owned(connection as number)
    sendMessage(connection as number, reply(OTHER, 2, 1))
    expect(await heard(connection as number)).toBe('')
    const stderr = `sexton-shim: the server is of another version of sexton, and has to end first: ${server}\n`
    expect(await shim.foreground).toEqual({ code: 1, stderr })
    await shim.ended
    expect(shim.told()).toBe('')
  })
})

describe('A server', () => {
  it('refuses a front of another version, and serves the others on', async () => {
    const server = freePlace()
    const shim = startShim({ server, script: 'until [ -e stop ]; do sleep 0.02; done; exit 3' })
    await shim.message(0)
    const front = owned(openSocket('seqpacket'))
    connectSocket(front, server)
    expect(await heard(front)).toBe(reply(REQUEST_VERSION, 2, 1).toString('latin1'))
    const texts = owned(makeMemoryFile())
    writeSync(texts, `${OTHER}\0what only that version knows\0`)
    sendMessage(front, reply(0), [texts])
    const refusal = 'the request is of another version of sexton than this server'
    expect(await heard(front)).toContain(`sexton-shim: ${refusal}\n`)
    process.kill(shim.pid('conmon.pid'), 'SIGTERM')
    expect(await exitOf(shim)).toBe('143')
  })

  it('leaves a container of another version to its keeper', async () => {
    const server = freePlace()
    const script = 'until [ -e stop ]; do sleep 0.02; done; echo out; exit 3'
    const shim = startShim({ server, script })
    await shim.message(0)
    writeVersion(shim.pid('conmon.pid'), String(OTHER))
    await killed(serverAt(server) as number)
    const next = startShim({ server, script: 'exit 4' })
    expect(await exitOf(next)).toBe('4')
    writeFileSync(join(shim.bundle, 'stop'), '')
    expect(await exitOf(shim)).toBe('3')
    expect(logOf(shim)).toBe('stdout F out\n')
  })
})

/** Changes the version of the request, which a keeper has in a file in memory. */
function writeVersion(keeper: number, text: string): void {
  const paths = readdirSync(`/proc/${keeper}/fd`).map((fd) => `/proc/${keeper}/fd/${fd}`)
  const files = paths.filter((path) => readlinkSync(path).startsWith('/memfd:'))
  const isNotes = (path: string) => readFileSync(path, 'latin1').startsWith(`${REQUEST_VERSION}\0/`)
  const notes = files.find(isNotes)
  const file = openSync(notes as string, 'r+')
  writeSync(file, text, 0)
  closeSync(file)
}
