import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Stdio, spawn } from '../../../lib/index.js'
import { descriptors } from '../../descriptors.js'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sexton-given-file-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

async function sh(script: string, stdio: readonly Stdio[]): Promise<number | null> {
  return (await spawn('sh', ['-c', script], { stdio }).exited).code
}

// The first spawn opens what all later ones use.
beforeAll(async () => void (await spawn('true').exited))

describe('A file in stdio', () => {
  it('is read at descriptor 0', async () => {
    const file = join(folder(), 'in')
    writeFileSync(file, 'some text')
    const before = await descriptors()
    const child = spawn('cat', [], { stdio: [{ file }, 'pipe', 'inherit'] })
    expect(child.stdin).toBeNull()
    expect(await text(child.stdout)).toBe('some text')
    await child.exited
    expect(await descriptors()).toBe(before)
  })

  it('is emptied and written at another descriptor, or appended to', async () => {
    const file = join(folder(), 'out')
    writeFileSync(file, 'old text')
    expect(await sh('echo new', ['ignore', { file }, 'inherit'])).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('new\n')
    expect(
      await sh('echo more >&3', ['ignore', 'inherit', 'inherit', { file, append: true }]),
    ).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('new\nmore\n')
  })

  it('keeps both outputs in order where it stands at both', async () => {
    const file = join(folder(), 'both')
    expect(await sh('echo a; echo b >&2; echo c', ['ignore', { file }, { file }])).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('a\nb\nc\n')
  })

  it('may have any bytes in its name, and is blocking', async () => {
    const file = Buffer.concat([Buffer.from(join(folder(), 'a')), Buffer.from([0xff])])
    expect(await sh('grep flags /proc/self/fdinfo/1', ['ignore', { file }, 'inherit'])).toBe(0)
    expect(readFileSync(file, 'utf8')).toMatch(/^flags:\t0[1-7]*00001$|^flags:\t0100001$/m)
  })

  it('that cannot be opened fails the start, and leaves nothing open', async () => {
    const before = await descriptors()
    const file = join(folder(), 'missing', 'file')
    const stdio = ['ignore', { file: '/dev/null' }, { file }] as const
    await expect(spawn('true', [], { stdio }).exited).rejects.toMatchObject({
      ...{ code: 'ERR_SPAWN_FAILED', syscall: 'open', path: file },
      message: `open '${file}': ENOENT: no such file or directory`,
    })
    expect(await descriptors()).toBe(before)
  })

  it('is refused if it is a FIFO, which would stop this process', async () => {
    const before = await descriptors()
    const file = join(folder(), 'fifo')
    execFileSync('mkfifo', [file])
    const { exited } = spawn('cat', [], { stdio: [{ file }, 'ignore', 'ignore'] })
    await expect(exited).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED', path: file })
    expect(await descriptors()).toBe(before)
  })

  it.each([
    [{ file: '' }, "invalid stdio[1].file '': expected the path of a file"],
    [{ file: 7 }, 'invalid stdio[1].file 7: expected a string or bytes'],
    [{ file: 'a\0b' }, 'expected no NUL byte'],
    [{ file: 'a', append: 1 }, 'invalid stdio[1].append 1: expected true or false'],
    [{ file: 'a', flags: 'w' }, "invalid property of stdio[1] 'flags': expected file and append"],
  ])('is refused as %j', (value, message) => {
    const stdio = ['ignore', value as Stdio, 'ignore'] as const
    expect(() => spawn('true', [], { stdio })).toThrow(message)
  })
})
