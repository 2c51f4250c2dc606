import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { spawn } from '../../../lib/index.js'
import {
  readCommandLine,
  readPids,
  readStat,
  readTaskChildren,
  readTasks,
} from '../../../lib/system/proc.js'
import { parseStat } from '../../../lib/system/proc-formats.js'
import { eventually } from '../../eventually.js'

// Fields 3 to 52 of a stat line: the state, then the field's own number in each place.
const FIELDS = ['S', ...Array.from({ length: 49 }, (_, i) => String(i + 4))].join(' ')

describe('parseStat', () => {
  it('finds each field where proc_pid_stat(5) says it is', () => {
    expect(parseStat(`123 (sleep) ${FIELDS}\n`)).toEqual({
      pid: 123,
      name: 'sleep',
      state: 'S',
      ppid: 4,
      processGroup: 5,
      session: 6,
      terminal: 7,
      userTime: 14,
      systemTime: 15,
      threads: 20,
      startTime: 22,
      rss: 24,
      exitCode: 52,
    })
  })

  it.each(['a b', 'a) S 1 (b', '(((', ')))', ') R 0 0', 'two\nlines', ') Z 1\n2 (x', '', ' '])(
    'is not misled by the name %j',
    (name) => {
      const stat = parseStat(`123 (${name}) ${FIELDS}\n`)
      expect(stat).toMatchObject({ pid: 123, name, state: 'S', ppid: 4, startTime: 22 })
    },
  )

  it.each(['', '123', '123 (sleep', '123 sleep) S', 'rubbish'])('gives up on %j', (text) => {
    expect(parseStat(text)).toBeUndefined()
  })
})

describe('readStat', () => {
  it('describes this process', () => {
    expect(readStat(process.pid)).toMatchObject({ pid: process.pid, ppid: process.ppid })
    expect(readStat(process.pid)?.startTime).toBeGreaterThan(0)
  })

  it('knows a program with the nastiest of names', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sexton-proc-'))
    const nasty = ') Z 1\n(9 x'
    symlinkSync(findSleep(), join(directory, nasty))
    const child = spawn(join(directory, nasty), ['1000'])
    try {
      const stat = readStat(child.pid)
      expect(stat).toMatchObject({ pid: child.pid, name: nasty, ppid: process.pid })
      expect(stat?.state).toMatch(/^[RSD]$/)
    } finally {
      child.kill('SIGKILL')
      await child.exited
      rmSync(directory, { recursive: true })
    }
  })

  it('has nothing to say of who does not exist', () => {
    expect(readStat(4_194_304)).toBeUndefined()
    expect(readTaskChildren(4_194_304, 4_194_304)).toBeUndefined()
    expect(readTasks(4_194_304)).toBeUndefined()
  })
})

describe('readCommandLine', () => {
  it('gives the words apart, the empty ones too', async () => {
    const words = ['-c', 'cat; true', 'two words', '', 'new\nline', '\u{1f480}']
    const child = spawn('sh', words)
    await eventually(() => expect(readCommandLine(child.pid)).toEqual(['sh', ...words]))
    child.stdin?.end()
    await child.exited
  })

  it('has no words for who does not exist', () => {
    expect(readCommandLine(4_194_304)).toEqual([])
  })
})

describe('the lists', () => {
  it('hold this process and its threads', () => {
    expect(readPids()).toContain(process.pid)
    expect(readPids()).toContain(1)
    expect(readTasks(process.pid)).toContain(process.pid)
    expect(readTasks(process.pid)?.length).toBeGreaterThan(1)
  })

  it('hold a child of the main thread while it lives', async () => {
    const children = () => readTaskChildren(process.pid, process.pid)
    const before = children()
    const child = spawn('sleep', ['1000'])
    expect(children()).toEqual([...(before ?? []), child.pid])
    child.kill('SIGKILL')
    await child.exited
    await eventually(() => expect(children()).toEqual(before))
  })
})

function findSleep(): string {
  return spawnSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' }).stdout.trim()
}
