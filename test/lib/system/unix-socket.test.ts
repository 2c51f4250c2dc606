import { chmodSync, fchmodSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeDescriptor, makePipe } from '../../../lib/system/descriptors.js'
import {
  acceptSocket,
  bindSocket,
  connectSocket,
  listenSocket,
  openSocket,
  peerOf,
  receiveMessage,
  type SocketType,
  sendMessage,
  shutdownSocket,
} from '../../../lib/system/unix-socket.js'
import { openDescriptors, temporaryFolder } from './folder.js'

function open(type: SocketType): number {
  const fd = openSocket(type)
  onTestFinished(() => closeDescriptor(fd))
  return fd
}

function connected(type: 'stream' | 'seqpacket', path = join(temporaryFolder(), 'socket')) {
  const [server, client] = [open(type), open(type)]
  bindSocket(server, path)
  listenSocket(server)
  connectSocket(client, path)
  const accepted = acceptSocket(server) as number
  onTestFinished(() => closeDescriptor(accepted))
  return { server, client, accepted }
}

function receive(fd: number, size = 100, options = {}) {
  const buffer = Buffer.alloc(size)
  const message = receiveMessage(fd, buffer, options)
  return message && { ...message, text: buffer.subarray(0, message.size).toString() }
}

const text = (fd: number, size?: number) => receive(fd, size)?.text

describe('A connection', () => {
  it('of packets keeps the boundaries of messages', () => {
    const { client, accepted } = connected('seqpacket')
    for (const word of ['one', '', 'three']) sendMessage(client, Buffer.from(word))
    expect([text(accepted), text(accepted), text(accepted)]).toEqual(['one', '', 'three'])
    expect(receive(accepted)).toBeUndefined()
  })

  it('of a stream joins what was sent', () => {
    const { client, accepted } = connected('stream')
    for (const word of ['one', 'two']) sendMessage(accepted, Buffer.from(word))
    expect(text(client)).toBe('onetwo')
  })

  it('tells that the end of a packet was lost', () => {
    const { client, accepted } = connected('seqpacket')
    sendMessage(client, Buffer.from('0123456789'))
    expect(receive(accepted, 4)).toMatchObject({ text: '0123', isTruncated: true })
  })

  it('shows a message without taking it', () => {
    const { client, accepted } = connected('seqpacket')
    sendMessage(client, Buffer.from('once'))
    expect(receive(accepted, 100, { peek: true })?.text).toBe('once')
    expect(text(accepted)).toBe('once')
  })

  it('ends in one direction, while the other goes on', () => {
    const { client, accepted } = connected('seqpacket')
    shutdownSocket(client, 'write')
    expect(receive(accepted)).toMatchObject({ size: 0 })
    sendMessage(accepted, Buffer.from('still'))
    expect(text(client)).toBe('still')
  })

  it('says that there is no room, and that nobody receives', () => {
    const { client, accepted } = connected('seqpacket')
    let sent = 0
    while (sendMessage(client, Buffer.alloc(1000)) !== undefined) sent += 1
    expect(sent).toBeGreaterThan(0)
    closeDescriptor(accepted)
    const send = () => sendMessage(client, Buffer.alloc(1))
    expect(send).toThrow(expect.objectContaining({ code: 'ERR_SYSTEM', syscall: 'sendmsg' }))
    expect(send).toThrow(/EPIPE/)
  })

  it('names the process at its other end', () => {
    const { client, accepted } = connected('stream')
    const own = { pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() }
    expect([peerOf(client), peerOf(accepted)]).toEqual([own, own])
  })
})

describe('A socket', () => {
  it('of datagrams receives what connected ones send', () => {
    const path = join(temporaryFolder(), 'socket')
    const [server, ...clients] = [open('datagram'), open('datagram'), open('datagram')]
    bindSocket(server, path)
    for (const [i, client] of clients.entries()) {
      connectSocket(client, path)
      sendMessage(client, Buffer.from(`from ${i}`))
    }
    expect([text(server), text(server)]).toEqual(['from 0', 'from 1'])
  })

  it('has a path longer than an address, in a folder that nobody reads', () => {
    const folder = join(temporaryFolder(), 'x'.repeat(120))
    mkdirSync(folder)
    chmodSync(folder, 0o300)
    onTestFinished(() => chmodSync(folder, 0o700))
    connected('seqpacket', join(folder, 'attach'))
    expect(statSync(join(folder, 'attach')).isSocket()).toBe(true)
  })

  it('has an abstract name, which no file has', () => {
    const name = `\0sexton-${process.pid}`
    const { client, accepted } = connected('seqpacket', name)
    sendMessage(client, Buffer.from('x'))
    expect(text(accepted)).toBe('x')
    expect(readFileSync('/proc/net/unix', 'utf8')).toMatch(` @${name.slice(1)}\n`)
  })

  it('has the mode that it was given before it was bound', () => {
    const path = join(temporaryFolder(), 'socket')
    const fd = open('seqpacket')
    fchmodSync(fd, 0o700)
    bindSocket(fd, path)
    expect(statSync(path).mode & 0o777).toBe(0o700)
  })

  it('accepts nobody while nobody waits', () => {
    const { server } = connected('stream')
    expect(acceptSocket(server)).toBeUndefined()
  })

  it('refuses a path that is taken, missing or empty', () => {
    const path = join(temporaryFolder(), 'socket')
    bindSocket(open('stream'), path)
    const taken = { code: 'ERR_SYSTEM', syscall: 'bind', path }
    expect(() => bindSocket(open('stream'), path)).toThrow(expect.objectContaining(taken))
    expect(() => connectSocket(open('stream'), `${path}2`)).toThrow(/connect '.*2': ENOENT/)
    expect(() => bindSocket(open('stream'), '')).toThrow(/invalid path ''/)
    const long = join('/nonesuch', 'x'.repeat(120))
    expect(() => bindSocket(open('stream'), long)).toThrow(/ENOENT/)
  })
})

describe('Descriptors', () => {
  it('go along with a message, and come as copies', () => {
    const { client, accepted } = connected('seqpacket')
    const { read, write } = makePipe('read')
    sendMessage(client, Buffer.from('take'), [read, write])
    for (const fd of [read, write]) closeDescriptor(fd)
    const message = receive(accepted)
    expect(message).toMatchObject({ text: 'take', fds: [expect.any(Number), expect.any(Number)] })
    const [input, output] = (message?.fds ?? []) as [number, number]
    expect([statSync(`/proc/self/fd/${input}`).isFIFO(), input === output]).toEqual([true, false])
    for (const fd of [input, output]) closeDescriptor(fd)
  })

  it('that find no room are an error, and leave none behind', () => {
    const { client, accepted } = connected('stream')
    const { read, write } = makePipe('read')
    sendMessage(client, Buffer.from('take'), [read, write])
    const before = openDescriptors()
    const held: number[] = []
    onTestFinished(() => held.forEach(closeDescriptor))
    expect(() => {
      for (;;) held.push(openSocket('stream'))
    }).toThrow(/EMFILE/)
    closeDescriptor(held.pop() as number)
    expect(() => receive(accepted)).toThrow(expect.objectContaining({ syscall: 'recvmsg' }))
    for (const fd of [...held.splice(0), read, write]) closeDescriptor(fd)
    expect(openDescriptors()).toBe(before - 2)
  })

  it('are as many as before, after a thousand connections and failures', () => {
    const folder = temporaryFolder()
    const server = open('seqpacket')
    bindSocket(server, join(folder, 'socket'))
    listenSocket(server)
    const before = openDescriptors()
    for (let i = 0; i < 1000; i += 1) {
      const client = openSocket('seqpacket')
      connectSocket(client, join(folder, 'socket'))
      const accepted = acceptSocket(server) as number
      sendMessage(client, Buffer.from('x'), [client])
      for (const fd of receive(accepted)?.fds ?? []) closeDescriptor(fd)
      expect(() => connectSocket(accepted, join(folder, 'nonesuch'))).toThrow()
      closeDescriptor(client)
      closeDescriptor(accepted)
    }
    expect(openDescriptors()).toBe(before)
  })

  it('of others than the addon stay open', () => {
    const fd = openSync('/dev/null', 'r')
    closeDescriptor(fd)
    expect(statSync(`/proc/self/fd/${fd}`).isCharacterDevice()).toBe(true)
  })
})
