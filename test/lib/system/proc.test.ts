import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Child, SextonError, spawn } from '../../../lib/index.js'
import {
  readCommandLine,
  readDescriptors,
  readMemory,
  readPids,
  readProcessFile,
  readStat,
  readTaskChildren,
  readTasks,
} from '../../../lib/system/proc.js'
import { isZombie, parseStat } from '../../../lib/system/proc-formats.js'
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

describe('readMemory', () => {
  const start = BigInt(`0x${/^\w+/.exec(readProcessFile(process.pid, 'maps') ?? '')?.[0]}`)

  it('reads bytes where memory is mapped', () => {
    expect(readMemory(process.pid, start, 4)?.toString('latin1')).toBe('\x7fELF')
  })

  it('reads no bytes where no memory is mapped, or in a zombie', async () => {
    expect(readMemory(process.pid, 0n, 8)).toHaveLength(0)
    const zombie = deadChild()
    expect(readMemory(zombie.pid, start, 8)).toHaveLength(0)
    await zombie.exited
  })

  it('is undefined for a process that does not exist', () => {
    expect(readMemory(4_194_304, start, 8)).toBeUndefined()
  })

  it('throws where the address is out of range', () => {
    expect(() => readMemory(process.pid, 2n ** 64n - 1n, 8)).toThrow(SextonError)
  })
})

describe('readDescriptors', () => {
  it('tells of each descriptor, and of no other', () => {
    const before = readDescriptors(process.pid)?.length ?? 0
    const fd = openSync('/dev/null', 'r')
    onTestFinished(() => closeSync(fd))
    const texts = readDescriptors(process.pid)
    expect(texts).toHaveLength(before + 1)
    expect(texts).toContainEqual(expect.stringMatching(/^pos:\t0$/m))
  })

  it('is empty for a zombie, and undefined for a process that does not exist', async () => {
    const zombie = deadChild()
    expect(readDescriptors(zombie.pid)).toEqual([])
    await zombie.exited
    expect(readDescriptors(4_194_304)).toBeUndefined()
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

// A child that has died. It stays a zombie until the event loop turns, so this waits without a turn.
function deadChild(): Child {
  const child = spawn('true')
  const isDead = () => {
    const stat = readStat(child.pid)
    return stat === undefined || isZombie(stat)
  }
  while (!isDead());
  return child
}

function findSleep(): string {
  return spawnSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' }).stdout.trim()
}
