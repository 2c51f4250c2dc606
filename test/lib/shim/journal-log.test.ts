import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { JournalLog, type JournalOptions } from '../../../lib/shim/journal-log.js'
import { eventually } from '../../eventually.js'
import { lacksRoot } from '../../needs.js'
import { openDescriptors, temporaryFolder } from '../system/folder.js'
import { DatagramServer, fieldsOf } from './datagrams.js'
import { exitOf, logOf, startShim } from './shims.js'

const ID = 'c0ffeec0ffeec0ffee'
const names = { cuuid: ID, name: 'some name', labels: ['KEY=a=b'] }

function serve(options: JournalOptions = {}) {
  const path = join(temporaryFolder(), 'socket')
  const server = new DatagramServer(path)
  const log = new JournalLog(names, { path, ...options })
  const next = async () => fieldsOf(await server.next())
  return { path, server, log, next }
}

describe('The journal', () => {
  it('has an entry for each line, with the fields of conmon', async () => {
    const { log, next } = serve()
    await log.write('stdout', Buffer.from('one\n\n'))
    await log.write('stderr', Buffer.from('two\n'))
    expect(await next()).toEqual({
      ...{ CONTAINER_ID_FULL: ID, CONTAINER_ID: 'c0ffeec0ffee', CONTAINER_NAME: 'some name' },
      ...{ SYSLOG_IDENTIFIER: 'some name', KEY: 'a=b', PRIORITY: '6', MESSAGE: 'one' },
    })
    expect(await next()).toMatchObject({ MESSAGE: '', PRIORITY: '6' })
    expect(await next()).toMatchObject({ MESSAGE: 'two', PRIORITY: '3' })
    await log.sync()
  })

  it('has a tag, and values with newlines', async () => {
    const path = join(temporaryFolder(), 'socket')
    const server = new DatagramServer(path)
    const log = new JournalLog({ cuuid: ID, tag: 'a\nb', labels: [] }, { path })
    await log.write('stdout', Buffer.from('x\n'))
    const fields = fieldsOf(await server.next())
    expect(fields).toMatchObject({ CONTAINER_TAG: 'a\nb', SYSLOG_IDENTIFIER: 'a\nb' })
    expect(fields).not.toHaveProperty('CONTAINER_NAME')
    await log.sync()
  })

  it('has a line in one entry, though it comes in pieces', async () => {
    const { log, next } = serve()
    for (const piece of ['ha', 'lf', ' whole\nend']) await log.write('stdout', Buffer.from(piece))
    expect(await next()).toMatchObject({ MESSAGE: 'half whole' })
    await log.sync()
    expect(await next()).toMatchObject({ MESSAGE: 'end', CONTAINER_PARTIAL_MESSAGE: 'true' })
  })

  it('has no mark on a part of a line, where that was asked for', async () => {
    const { log, next } = serve({ marksParts: false })
    await log.write('stdout', Buffer.from('end'))
    await log.sync()
    expect(await next()).not.toHaveProperty('CONTAINER_PARTIAL_MESSAGE')
  })

  it('has an entry longer than a datagram, and leaks no descriptor', async () => {
    const { log, next } = serve()
    const before = openDescriptors()
    const line = 'x'.repeat(700_000)
    for (let i = 0; i < 3; i += 1) {
      await log.write('stdout', Buffer.from(`${line}\n`))
      expect((await next()).MESSAGE).toHaveLength(line.length)
    }
    expect(openDescriptors()).toBe(before)
    await log.write('stdout', Buffer.from('x'.repeat(3_000_000)))
    const { MESSAGE, CONTAINER_PARTIAL_MESSAGE } = await next()
    expect([MESSAGE?.length, CONTAINER_PARTIAL_MESSAGE]).toEqual([3_000_000, 'true'])
    await log.sync()
  })

  it('that is slow has all entries, in order', async () => {
    const { log, next } = serve()
    const written = log.write('stdout', Buffer.from(numbers(2000)))
    for (let i = 0; i < 2000; i += 1) expect(await next()).toMatchObject({ MESSAGE: String(i) })
    await written
    await log.sync()
  })

  it('that takes nothing for a while loses entries, and is told how many', async () => {
    const { log, next } = serve({ patience: 20 })
    await log.write('stdout', Buffer.from(numbers(30_000)))
    let count = 0
    for (; count < 5; count += 1) expect(await next()).toMatchObject({ MESSAGE: String(count) })
    await log.write('stderr', Buffer.from('late\n'))
    for (;;) {
      const { MESSAGE = '' } = await next()
      if (MESSAGE !== String(count)) {
        expect(MESSAGE).toBe(`sexton-shim: ${30_000 - count} entries were lost: journald took none`)
        break
      }
      count += 1
    }
    expect(await next()).toMatchObject({ MESSAGE: 'late' })
    await log.sync()
  })

  it('that is started anew goes on', async () => {
    const { path, server, log } = serve()
    server.close()
    for (let i = 0; i < 3; i += 1) await log.write('stdout', Buffer.from('lost\n'))
    rmSync(path)
    const later = new DatagramServer(path)
    await log.write('stdout', Buffer.from('found\n'))
    const text = 'sexton-shim: 3 entries were lost: journald took none'
    expect(fieldsOf(await later.next())).toMatchObject({ MESSAGE: text, PRIORITY: '3' })
    expect(fieldsOf(await later.next())).toMatchObject({ MESSAGE: 'found' })
    await log.sync()
  })
})

function numbers(count: number): string {
  return Array.from({ length: count }, (_, i) => `${i}\n`).join('')
}

describe.skipIf(lacksRoot())('A container with the log driver journald', () => {
  const options = ['-l', 'journald', '-u', ID, '-n', 'web', '--log-tag', 'tag']

  it('has its output in the journal, and in a file beside', async () => {
    const run = temporaryFolder()
    mkdirSync(join(run, 'systemd', 'journal'), { recursive: true })
    const server = new DatagramServer(join(run, 'systemd', 'journal', 'socket'))
    const prefix = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /run; exec "$@"', run]
    const shim = startShim({ script: 'echo out; printf err >&2', options, prefix })
    const entries = [fieldsOf(await server.next()), fieldsOf(await server.next())]
    expect(await exitOf(shim)).toBe('0')
    expect(entries.map(({ MESSAGE }) => MESSAGE).sort()).toEqual(['err', 'out'])
    expect(entries[0]).toMatchObject({ SYSLOG_IDENTIFIER: 'tag', CONTAINER_NAME: 'web' })
    await eventually(() =>
      expect(logOf(shim).split('\n').sort()).toEqual(['', 'stderr P err', 'stdout F out']),
    )
  })

  it('is refused where journald does not run', async () => {
    const empty = temporaryFolder()
    const prefix = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /run; exec "$@"', empty]
    const { code, stderr } = await startShim({ options, prefix }).foreground
    const message = 'conmon: Failed to open the journal: connect'
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) })
  })
})
