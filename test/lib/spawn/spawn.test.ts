import { mkdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { spawn } from '../../../lib/index.js'
import { programFile } from '../../program-file.js'
import { readBytes } from '../output.js'
import { folder, output } from './children.js'

const programs = await programFile<typeof import('./spawn.program.js')>(
  './spawn.program.ts',
  import.meta.url,
)

const directory = folder()

describe('a child', () => {
  it('says which process it is, and how it is', async () => {
    const child = spawn('sh', ['-c', 'exit 7'])
    expect(String(child)).toBe(`pid ${child.pid}: running`)
    await child.exited
    expect(inspect(child)).toBe(`Child <pid ${child.pid}: exit code 7>`)
    const failed = spawn('/nonexistent')
    await failed.exited.catch(() => {})
    expect(inspect(failed)).toMatch(/^Child <not started: execve '.nonexistent': ENOENT: /)
  })

  it('has a pid, an end, and what it used', async () => {
    const child = spawn('sh', ['-c', 'exit 7'])
    expect(child.pid).toBeGreaterThan(1)
    const status = await child.exited
    expect(status).toMatchObject({ pid: child.pid, code: 7, signal: null, known: true })
    expect(child.status).toBe(status)
    expect(child.usage).toBe(status.usage)
    expect(child.usage?.maxRSS).toBeGreaterThan(0)
    expect(child.terminationReason).toBeUndefined()
  })

  it('takes signals while it lives, and no more afterwards', async () => {
    const child = spawn('cat')
    expect(child.kill('SIGRTMIN+2')).toBe(true)
    expect(await child.exited).toMatchObject({ code: null, signal: 'SIGRTMIN+2' })
    expect(child.kill('SIGKILL')).toBe(false)
    expect(() => child.kill('SIGFOO' as 'SIGTERM')).toThrow(RangeError)
  })

  it('has every signal at its default and unblocked, unlike this one', async () => {
    const prefix = ['sh', '-c', 'trap "" HUP QUIT; exec "$@"', 'sh']
    const status = await programs.evaluate('readStatus', [], { prefix })
    const mask = (field: string) => new RegExp(`^${field}:\\s*(\\w+)$`, 'm').exec(status)?.[1]
    expect([mask('SigIgn'), mask('SigBlk'), mask('SigCgt')]).toEqual(Array(3).fill('0'.repeat(16)))
  })
})

describe('the bytes', () => {
  const raw = Buffer.from([0x66, 0xff, 0xfe, 0x80])

  it('of arguments and of argv[0] arrive as they are', async () => {
    const child = spawn('cat', ['/proc/self/cmdline', raw, ''], { argv0: raw })
    const bytes = await readBytes(child.stdout)
    await child.exited
    expect(bytes).toEqual(
      Buffer.from([...raw, 0, ...Buffer.from('/proc/self/cmdline'), 0, ...raw, 0, 0]),
    )
  })

  it('of the environment arrive as they are, and nothing else', async () => {
    const env = { PATH: process.env.PATH, RAW: raw, EMPTY: '', GONE: undefined }
    const child = spawn('cat', ['/proc/self/environ'], { env, cleanEnv: true })
    const bytes = await readBytes(child.stdout)
    await child.exited
    const wanted = Buffer.concat([
      Buffer.from(`PATH=${env.PATH}\0RAW=`),
      raw,
      Buffer.from('\0EMPTY=\0'),
    ])
    expect(bytes).toEqual(wanted)
  })

  it('of the working directory, also as a URL', async () => {
    const path = Buffer.concat([Buffer.from(`${directory}/`), raw])
    mkdirSync(path)
    const child = spawn('pwd', [], { cwd: path, env: { PWD: undefined } })
    const bytes = await readBytes(child.stdout)
    await child.exited
    expect(bytes).toEqual(Buffer.concat([path, Buffer.from('\n')]))
    expect(await output('pwd', [], { cwd: pathToFileURL(`${directory}/`) })).toBe(`${directory}\n`)
  })

  it('of our own environment are passed on, valid UTF-8 or not', async () => {
    const prefix = ['sh', '-c', 'X=$(printf "\\377\\376"); export X; exec "$@"', 'sh']
    const bytes = [0x58, 0x3d, 0xff, 0xfe, 0]
    expect(await programs.evaluate('passesOn', [bytes], { prefix })).toBe(true)
  })

  it.each<[string, () => unknown]>([
    ['the file', () => spawn('tr\0ue')],
    ['an argument', () => spawn('true', ['a\0b'])],
    ['argv0', () => spawn('true', [], { argv0: 'a\0b' })],
    ['the directory', () => spawn('true', [], { cwd: '/\0' })],
    ["a variable's name", () => spawn('true', [], { env: { 'a\0b': 'c' } })],
    ["a variable's value", () => spawn('true', [], { env: { A: Buffer.from([1, 0]) } })],
  ])('must not contain NUL: in %s', (_, start) => {
    expect(start).toThrow(TypeError)
    expect(start).toThrow(/NUL/)
  })
})
