import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { NotifyRelay } from '../../../lib/shim/notify-relay.js'
import { closeDescriptor } from '../../../lib/system/descriptors.js'
import {
  bindSocket,
  connectSocket,
  openSocket,
  receiveMessage,
  sendMessage,
} from '../../../lib/system/unix-socket.js'
import { eventually } from '../../eventually.js'
import { openDescriptors, temporaryFolder } from '../system/folder.js'
import { startShim } from './shims.js'

/** A socket of the host, and the messages that come to it. */
function host(path = join(temporaryFolder(), 'host')) {
  const fd = openSocket('datagram')
  onTestFinished(() => closeDescriptor(fd))
  bindSocket(fd, path.replace(/^@/, '\0'))
  const buffer = Buffer.alloc(10_000)
  const read = () => {
    const message = receiveMessage(fd, buffer)
    return message && buffer.toString('utf8', 0, message.size)
  }
  return { path, read }
}

function notify(bundle: string, ...messages: string[]): void {
  const fd = openSocket('datagram')
  connectSocket(fd, join(bundle, 'notify', 'notify.sock'))
  for (const message of messages) sendMessage(fd, Buffer.from(message))
  closeDescriptor(fd)
}

function relay(path: string): string {
  const bundle = temporaryFolder()
  const opened = new NotifyRelay(bundle, path)
  onTestFinished(() => opened.close())
  void opened.serve()
  return bundle
}

describe('A message of sd_notify', () => {
  it.each(['a path', 'an abstract name'])('is passed on to %s', async (kind) => {
    const { path, read } = host(kind === 'a path' ? undefined : `@sexton-${process.pid}`)
    notify(relay(path), 'READY=1')
    await eventually(() => expect(read()).toBe('READY=1'))
  })

  it('loses what is the business of the host', async () => {
    const { path, read } = host()
    notify(relay(path), 'MAINPID=1', 'FDSTORE=1\nREADY=1\nMAINPID=1\nSTATUS=up\n')
    await eventually(() => expect(read()).toBe('READY=1\nSTATUS=up'))
    expect(read()).toBeUndefined()
  })

  it('is dropped if the host has gone, and leaves nothing behind', async () => {
    const [bundle, { path, read }] = [relay('/nonesuch'), host()]
    const before = openDescriptors()
    notify(bundle, 'READY=1', 'STOPPING=1')
    notify(relay(path), 'READY=1')
    await eventually(() => expect(read()).toBe('READY=1'))
    expect(openDescriptors()).toBe(before + 1)
  })
})

describe('A shim', () => {
  it('passes messages on, from a socket that is open to all', async () => {
    const { path, read } = host()
    const script = 'exec sleep 1000'
    const shim = startShim({ script, options: [`--sdnotify-socket=${path}`] })
    await shim.message(0)
    const { mode } = statSync(join(shim.bundle, 'notify', 'notify.sock'))
    expect(mode & 0o777).toBe(0o777)
    notify(shim.bundle, 'READY=1')
    await eventually(() => expect(read()).toBe('READY=1'))
  })
})
