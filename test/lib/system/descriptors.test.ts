import { closeSync, constants, openSync, readSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { timeOfDay } from '../../../lib/system/clock.js'
import { closeDescriptor, makeFifo } from '../../../lib/system/descriptors.js'
import { setWindowSize, translateNewlines, windowSize } from '../../../lib/system/terminal.js'
import {
  acceptSocket,
  bindSocket,
  listenSocket,
  openSocket,
  receiveMessage,
} from '../../../lib/system/unix-socket.js'
import { run } from '../../program.js'
import { temporaryFolder } from './folder.js'

const terminals = fileURLToPath(new URL('../../fixtures/open-terminal.py', import.meta.url))

/** The master and the slave of a terminal that another process has opened. */
async function openTerminal(): Promise<[master: number, slave: number]> {
  const path = join(temporaryFolder(), 'console')
  const server = openSocket('stream')
  bindSocket(server, path)
  listenSocket(server)
  expect(await run(['python3', terminals, path])).toMatchObject({ code: 0, stderr: '' })
  const connection = acceptSocket(server) as number
  const ends = receiveMessage(connection, Buffer.alloc(100))?.fds as [number, number]
  onTestFinished(() => [server, connection, ...ends].forEach(closeDescriptor))
  return ends
}

describe('A FIFO', () => {
  it('is a pipe with a path and a mode', () => {
    const path = join(temporaryFolder(), 'ctl')
    makeFifo(path, 0o600)
    expect([statSync(path).isFIFO(), statSync(path).mode & 0o777]).toEqual([true, 0o600])
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    writeSync(fd, 'hello')
    const buffer = Buffer.alloc(10)
    expect(buffer.toString('utf8', 0, readSync(fd, buffer))).toBe('hello')
    closeSync(fd)
  })

  it('is refused where there is a file, and in a folder that is missing', () => {
    const folder = temporaryFolder()
    makeFifo(join(folder, 'ctl'), 0o600)
    const taken = { code: 'ERR_SYSTEM', syscall: 'mkfifo', path: join(folder, 'ctl') }
    expect(() => makeFifo(join(folder, 'ctl'), 0o600)).toThrow(expect.objectContaining(taken))
    expect(() => makeFifo(join(folder, 'none', 'ctl'), 0o600)).toThrow(/ENOENT/)
    expect(() => makeFifo('a\0b', 0o600)).toThrow(TypeError)
  })
})

describe('A terminal', () => {
  it('has the size that it was given', () => {
    const master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY)
    expect(windowSize(master)).toEqual({ rows: 0, columns: 0 })
    setWindowSize(master, 24, 80)
    expect(windowSize(master)).toEqual({ rows: 24, columns: 80 })
    closeSync(master)
  })

  it('comes from another process, and writes CR and LF, or LF alone', async () => {
    const [master, slave] = await openTerminal()
    const written = [true, false].map((on) => {
      translateNewlines(master, on)
      writeSync(slave, 'x\n')
      const buffer = Buffer.alloc(10)
      return buffer.toString('utf8', 0, readSync(master, buffer))
    })
    expect(written).toEqual(['x\r\n', 'x\n'])
    setWindowSize(master, 30, 100)
    expect(windowSize(slave)).toEqual({ rows: 30, columns: 100 })
  })

  it('is not what every descriptor means', () => {
    const file = openSync('/dev/null', 'r')
    const refused = { code: 'ERR_SYSTEM', syscall: 'ioctl TIOCSWINSZ' }
    expect(() => setWindowSize(file, 1, 1)).toThrow(expect.objectContaining(refused))
    expect(() => windowSize(file)).toThrow(/ENOTTY/)
    expect(() => translateNewlines(file, true)).toThrow(/tcsetattr: ENOTTY/)
    closeSync(file)
  })
})

describe('The time of day', () => {
  it('is that of Date, and finer', () => {
    const [before, time, after] = [Date.now(), timeOfDay(), Date.now()]
    const milliseconds = time.seconds * 1000 + time.nanoseconds / 1e6
    expect(milliseconds).toBeGreaterThanOrEqual(before - 1)
    expect(milliseconds).toBeLessThanOrEqual(after + 1)
    const fine = Array.from({ length: 20 }, () => timeOfDay().nanoseconds % 1e6)
    expect(fine.some((one) => one !== 0)).toBe(true)
  })
})
