import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Stdio, spawn } from '../../../lib/index.js'
import { programFile } from '../../program-file.js'
import { folder, printed, shell } from './children.js'

const programs = await programFile<typeof import('./spawn-stdio.program.js')>(
  './spawn-stdio.program.ts',
  import.meta.url,
)

const directory = folder()

describe('descriptors', () => {
  it('of files are passed, by number and by handle', async () => {
    const path = join(directory, 'out')
    const fd = openSync(path, 'w')
    const handle = await open(join(directory, 'other'), 'w')
    const child = shell('echo one; echo two >&2', ['ignore', fd, handle])
    await child.exited
    closeSync(fd)
    await handle.close()
    expect(readFileSync(path, 'utf8')).toBe('one\n')
    expect(readFileSync(join(directory, 'other'), 'utf8')).toBe('two\n')
  })

  it('may have high numbers in the child', async () => {
    const path = join(directory, 'high')
    writeFileSync(path, 'from high')
    const fd = openSync(path, 'r')
    const child = spawn('cat', ['/proc/self/fd/200'], {
      stdio: ['ignore', 'pipe', 'inherit', ...Array(197).fill('ignore'), fd],
    })
    const [stdout] = await printed(child)
    closeSync(fd)
    expect(stdout).toBe('from high')
  })

  it('may be one for several', async () => {
    const path = join(directory, 'both')
    const fd = openSync(path, 'w')
    await shell('echo out; echo err >&2; echo three >&3', ['ignore', fd, fd, fd]).exited
    closeSync(fd)
    expect(readFileSync(path, 'utf8')).toBe('out\nerr\nthree\n')
  })

  it('are those of stdio and no others', async () => {
    const fd = openSync(join(directory, 'both'), 'r')
    const [names] = await printed(spawn('ls', ['/proc/self/fd']))
    closeSync(fd)
    // Not even the strange ones that whoever started this process left to it, and Node with it.
    expect(names).toBe(spawnSync('ls', ['/proc/self/fd'], { encoding: 'utf8' }).stdout)
    expect(names.split('\n')).not.toContain(String(fd))
  })

  it.each<[string, 'inherit' | 'ignore' | Stdio[], string[]]>([
    ['inherited', 'inherit', ['out\n', 'err\n']],
    ['swapped', ['inherit', 2, 1], ['err\n', 'out\n']],
    ['turned round', ['ignore', 2, 2], ['', 'out\nerr\n']],
    ['ignored', 'ignore', ['', '']],
  ])('can be %s', async (_, stdio, expected) => {
    const outcome = await programs.run('spawnEcho', [stdio])
    expect([outcome.code, outcome.stdout, outcome.stderr]).toEqual([0, ...expected])
  })

  it('that are ignored are /dev/null up to 2, and closed above', async () => {
    const child = shell('readlink /proc/$$/fd/0; [ -e /proc/$$/fd/3 ] || echo closed', [
      'ignore',
      'pipe',
      'inherit',
      'ignore',
    ])
    expect((await printed(child))[0]).toBe('/dev/null\nclosed\n')
  })
})

describe('stdio', () => {
  it.each<[unknown, string]>([
    ['pipes', "invalid stdio[0] 'pipes': expected 'pipe'"],
    [[null], 'stdio[0] null: '],
    [['pipe', -1], 'stdio[1]'],
    [['pipe', 1.5], 'stdio[1] 1.5: '],
    [['pipe', 'pipe', 'pipe', 'pipe'], "expected 'readable' or 'writable'"],
    [[{ fd: '1' }], 'stdio[0]'],
  ])('%j makes no sense', (stdio, message) => {
    expect(() => spawn('true', [], { stdio: stdio as Stdio })).toThrow(TypeError)
    expect(() => spawn('true', [], { stdio: stdio as Stdio })).toThrow(message)
  })

  it('has at most as many entries as a process has descriptors', () => {
    expect(() => spawn('true', [], { stdio: Array(2 ** 20 + 1).fill('ignore') })).toThrow(
      RangeError,
    )
  })
})
