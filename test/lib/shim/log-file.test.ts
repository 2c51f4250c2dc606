import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { LogFile, type LogLimits } from '../../../lib/shim/log-file.js'
import { formatRecords, splitRecords } from '../../../lib/shim/log-records.js'
import { programFile } from '../../program-file.js'
import { openDescriptors, temporaryFolder } from '../system/folder.js'

const programs = await programFile<typeof import('./log-file.program.js')>(
  './log-file.program.ts',
  import.meta.url,
)

const records = (text: string) => formatRecords('stdout', Buffer.from(text, 'latin1'), 'T')

describe('Records', () => {
  it.each([
    ['one\n', 'T stdout F one\n'],
    ['one\ntwo\n', 'T stdout F one\nT stdout F two\n'],
    ['part', 'T stdout P part\n'],
    ['one\npart', 'T stdout F one\nT stdout P part\n'],
    ['\n\n', 'T stdout F \nT stdout F \n'],
    ['\xff\0\r\n', 'T stdout F \xff\0\r\n'],
    ['$&\n', 'T stdout F $&\n'],
  ])('of %j keep each line, and mark it', (text, expected) => {
    expect(records(text)).toBe(expected)
  })

  it('are split between records alone', () => {
    const all = 'aaaa\nbb\ncccccccccc\nd\n'
    expect([...splitRecords(all, 5, 8)]).toEqual(['aaaa\n', 'bb\n', 'cccccccccc\n', 'd\n'])
    expect([...splitRecords(all, 100, 100)]).toEqual([all])
    expect([...splitRecords(all, -3, 8)]).toEqual(['', 'aaaa\nbb\n', 'cccccccccc\n', 'd\n'])
  })
})

function open({ size = Infinity, total = Infinity, backups = 0 }: Partial<LogLimits> = {}) {
  const path = join(temporaryFolder(), 'ctr.log')
  const log = new LogFile(path, { size, total, backups })
  const write = (text: string) => log.write('stdout', Buffer.from(text))
  const read = (name = path) => readFileSync(name, 'utf8').replace(/^\S+ stdout . /gm, '')
  return { path, log, write, read }
}

describe('A log file', () => {
  it('has the time with nanoseconds and the zone', () => {
    const { path, write } = open()
    write('x\n')
    const time = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}[+-]\d\d:\d\d) stdout F x\n$/
    const [, stamp = ''] = time.exec(readFileSync(path, 'utf8')) ?? []
    expect(Math.abs(Date.parse(stamp) - Date.now())).toBeLessThan(60_000)
  })

  it('goes on where an earlier one has ended', () => {
    const { path, write, read } = open()
    write('one\n')
    new LogFile(path, { size: Infinity, total: Infinity, backups: 0 }).write(
      'stdout',
      Buffer.from('two\n'),
    )
    expect(read()).toBe('one\ntwo\n')
  })

  it('is emptied before it would become too large', () => {
    const { path, write, read } = open({ size: 1000 })
    for (let i = 0; i < 100; i += 1) write(`line ${i}\n`)
    write(Array.from({ length: 100 }, (_, i) => `more ${i}\n`).join(''))
    expect(readFileSync(path).length).toBeLessThanOrEqual(1000)
    expect(read()).toMatch(/^more \d+\n(more \d+\n)+$/)
    expect(read().endsWith('more 99\n')).toBe(true)
  })

  it('counts what an earlier one has written', () => {
    const { path, read } = open()
    writeFileSync(path, 'x'.repeat(990))
    const log = new LogFile(path, { size: 1000, total: Infinity, backups: 0 })
    log.write('stdout', Buffer.from('new\n'))
    expect(read()).toBe('new\n')
  })

  it('is kept under other names, as many as asked for', () => {
    const { path, write, read } = open({ size: 60, backups: 2 })
    for (const word of ['one', 'two', 'three', 'four']) write(`${word}\n`)
    const files = [path, `${path}.1`, `${path}.2`].map((name) => read(name))
    expect(files).toEqual(['four\n', 'three\n', 'two\n'])
    expect(existsSync(`${path}.3`)).toBe(false)
  })

  it('takes no more than all that may be logged', () => {
    const { write, read } = open({ total: 150 })
    for (const word of ['one', 'two', 'three', 'four']) write(`${word}\n`)
    write('five\nsix\n')
    expect(read()).toBe('one\ntwo\nthree\n')
  })

  it('begins anew when it is reopened, also after it was moved away', () => {
    const { path, log, write, read } = open()
    write('one\n')
    renameSync(path, `${path}.old`)
    log.reopen()
    write('two\n')
    expect([read(`${path}.old`), read()]).toEqual(['one\n', 'two\n'])
  })

  it('stays in use if no new one can be opened', () => {
    const { path, log, write, read } = open()
    mkdirSync(`${path}.tmp`)
    log.reopen()
    write('one\n')
    expect(read()).toBe('one\n')
  })

  it('comes back if it was removed', () => {
    const { path, write, read } = open()
    write('one\n')
    rmSync(path)
    vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] })
    write('two\n')
    vi.useRealTimers()
    expect(read()).toBe('two\n')
  })

  it('leaves no descriptor behind when it begins anew', () => {
    const { log } = open()
    const before = openDescriptors()
    for (let i = 0; i < 100; i += 1) log.reopen()
    expect(openDescriptors()).toBe(before)
  })

  it('on a full disk keeps whole records, and counts the others', async () => {
    const small = ['mount -t tmpfs -o size=64k none /mnt && exec "$@"', 'sh']
    const prefix = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', ...small]
    const { endsWhole, kept, last } = await programs.evaluate('fillDisk', ['/mnt'], { prefix })
    expect(endsWhole).toBe(true)
    expect(kept).toBeGreaterThan(100)
    const told = `stderr F sexton-shim: ${1000 - kept} records were lost: no room was left for the log`
    expect(last).toEqual([told, 'stdout F after', ''])
  })
})
