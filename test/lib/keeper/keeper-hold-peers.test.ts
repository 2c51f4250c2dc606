import { readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { REFUSALS } from '../../../lib/keeper/frames.js'
import { HeldContainer } from '../../../lib/keeper/held-container.js'
import {
  decodeHoldReport,
  encodeHoldRequest,
  HOLD_VERSION,
} from '../../../lib/keeper/hold-frames.js'
import { closeDescriptor } from '../../../lib/system/descriptors.js'
import { readStat } from '../../../lib/system/proc.js'
import {
  acceptSocket,
  bindSocket,
  connectSocket,
  listenSocket,
  openSocket,
  receiveMessage,
  sendMessage,
} from '../../../lib/system/unix-socket.js'
import { eventually } from '../../eventually.js'
import { temporaryFolder } from '../system/folder.js'
import { adopt, end, startHold } from './holds.js'

const { EINVAL } = constants.errno

/** A connection to a keeper, without its language. */
function connect(path: string): Disposable & { fd: number } {
  const fd = openSocket('seqpacket')
  connectSocket(fd, path)
  return { fd, [Symbol.dispose]: () => closeDescriptor(fd) }
}

/** Waits until the keeper has closed a connection. */
function isClosed(fd: number): Promise<void> {
  const room = Buffer.alloc(200)
  return eventually(() => {
    let size: number | undefined
    do {
      try {
        size = receiveMessage(fd, room)?.size
      } catch {} // a reset, after which comes the end
    } while ((size ?? 0) > 0)
    expect(size).toBe(0)
  })
}

const ADOPT = encodeHoldRequest('adopt', HOLD_VERSION)

describe('A peer of a container without a server', () => {
  const MESSAGES: readonly (readonly Uint8Array[])[] = [
    [Buffer.of(1)],
    [Buffer.alloc(4)],
    [Buffer.alloc(60_000, 1)],
    [Buffer.of(1, 1, 0, 0, 1, 0, 0, 0)],
    [encodeHoldRequest('adopt', HOLD_VERSION + 1)],
    [encodeHoldRequest('create')],
    [ADOPT, ADOPT],
    [ADOPT, Buffer.of(99, 0, 0, 0)],
    [ADOPT, Buffer.of(6, 0, 0, 0, 0, 0, 0, 0)],
  ]

  it('is cut off if it does not speak the language', async () => {
    await using hold = startHold({ script: 'exec sleep 1000' })
    await hold.container.create(() => {})
    const { keeper } = hold.container
    const before = readdirSync(`/proc/${keeper}/fd`).length
    hold.container.disconnect()
    for (const messages of MESSAGES) {
      using peer = connect(hold.plan.socket)
      for (const message of messages) sendMessage(peer.fd, message, [0, 1, 2])
      await isClosed(peer.fd)
    }
    const next = await adopt(hold.plan)
    expect(readdirSync(`/proc/${keeper}/fd`).length).toBe(before)
    await end(next)
  })

  it('is told so if it is a server of another version', async () => {
    await using hold = startHold({ script: 'exec sleep 1000' })
    await hold.container.create(() => {})
    hold.container.disconnect()
    using peer = connect(hold.plan.socket)
    sendMessage(peer.fd, encodeHoldRequest('adopt', HOLD_VERSION + 1))
    const room = Buffer.alloc(200)
    let size: number | undefined
    await eventually(() => {
      size = receiveMessage(peer.fd, room)?.size
      expect(size).toBeDefined()
    })
    const report = decodeHoldReport(room.subarray(0, size), [])
    expect(report).toEqual({ kind: 'refused', refusal: REFUSALS.noSettings, errno: EINVAL })
    await isClosed(peer.fd)
    await end(await adopt(hold.plan))
  })

  it('keeps no server away by saying nothing', async () => {
    await using hold = startHold({ script: 'exec sleep 1000' })
    await hold.container.create(() => {})
    hold.container.disconnect()
    using first = connect(hold.plan.socket)
    using second = connect(hold.plan.socket)
    const next = await adopt(hold.plan)
    await isClosed(first.fd)
    await isClosed(second.fd)
    await end(next)
  })

  it('does no harm by odd numbers', async () => {
    await using hold = startHold({ script: 'exec sleep 1000' })
    await hold.container.create(() => {})
    hold.container.disconnect()
    {
      using peer = connect(hold.plan.socket)
      sendMessage(peer.fd, ADOPT)
      for (const kind of ['signal', 'drop', 'progress', 'tell'] as const) {
        for (const word of [65, 99, 2 ** 31, 2 ** 32 - 1]) {
          sendMessage(peer.fd, encodeHoldRequest(kind, word))
        }
      }
      sendMessage(peer.fd, encodeHoldRequest('create'))
    }
    const next = await adopt(hold.plan)
    await next.create(() => {})
    expect(next.manager.progress).toBe(0)
    expect(readStat(next.container as number)?.ppid).toBe(next.keeper)
    await end(next)
  })

  it('does not stop the keeper by many requests', async () => {
    await using hold = startHold({ script: 'exec sleep 1000' })
    await hold.container.create(() => {})
    hold.container.disconnect()
    {
      using peer = connect(hold.plan.socket)
      sendMessage(peer.fd, ADOPT)
      for (let i = 0; i < 10_000; i += 1) sendMessage(peer.fd, encodeHoldRequest('progress', 0))
    }
    await end(await adopt(hold.plan))
  })
})

describe('A keeper of another version', () => {
  it('is not adopted, and the error says why', async () => {
    const path = join(temporaryFolder(), 'socket')
    const listener = openSocket('seqpacket')
    bindSocket(listener, path)
    listenSocket(listener)
    const adopting = HeldContainer.adopt(path)
    const connection = acceptSocket(listener) as number
    sendMessage(connection, Buffer.from(Uint32Array.of(3, REFUSALS.noSettings, EINVAL).buffer))
    for (const fd of [connection, listener]) closeDescriptor(fd)
    const message = expect.stringContaining("another version's than this library")
    await expect(adopting).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED', message })
  })
})
