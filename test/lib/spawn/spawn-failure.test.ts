import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SpawnOptions, spawn } from '../../../lib/index.js'
import { evaluate, run } from '../../program.js'
import { read } from '../output.js'

const { EACCES, E2BIG, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR } = constants.errno

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sexton-failure-'))
  mkdirSync(join(directory, 'folder'))
  writeFileSync(join(directory, 'file'), '#!/bin/sh\n', { mode: 0o644 })
  writeFileSync(join(directory, 'bad'), '#!/nonexistent/interpreter\n', { mode: 0o755 })
  symlinkSync('loop', join(directory, 'loop'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

const failure = (file: string, options: SpawnOptions = {}, args: string[] = []) =>
  spawn(file, args, options).exited.then(
    () => expect.unreachable('it must not start'),
    (error) => error,
  )

describe('a file', () => {
  it.each([
    ['missing', 'nothing', ENOENT],
    ['a directory', 'folder', EACCES],
    ['not executable', 'file', EACCES],
    ['of a missing interpreter', 'bad', ENOENT],
    ['below a file', 'file/x', ENOTDIR],
    ['a circle of links', 'loop', ELOOP],
    ['of too long a name', 'x'.repeat(300), ENAMETOOLONG],
  ])('that is %s fails at execve, with errno and path', async (_, name, errno) => {
    const path = join(directory, name)
    const error = await failure(path)
    expect(error).toMatchObject({
      name: 'SextonError',
      code: 'ERR_SPAWN_FAILED',
      syscall: 'execve',
    })
    // Where several are tried, "not there" is how execvp(3) sums up ENOTDIR too.
    expect([errno, ...(errno === ENOTDIR ? [ENOENT] : [])]).toContain(error.errno)
    expect(error.path).toBe(path)
    expect(error.message).toContain(path)
  })

  it('that is nowhere in PATH is named as it was given', async () => {
    const error = await failure('sexton-no-such-program')
    expect(error).toMatchObject({ errno: ENOENT, path: 'sexton-no-such-program' })
    expect(error.cause).toMatchObject({ code: 'ENOENT', syscall: 'execve' })
  })

  it('without a name is nowhere', async () => {
    expect(await failure('')).toMatchObject({ syscall: 'execve', errno: ENOENT, path: '' })
  })

  it('cannot take 8 MB of arguments', async () => {
    expect(await failure('true', {}, ['x'.repeat(8_000_000)])).toMatchObject({ errno: E2BIG })
  })
})

describe('a failure', () => {
  it('leaves a child that takes no signal and needs no end', async () => {
    const child = spawn('/nonexistent')
    expect(child.kill()).toBe(false)
    await expect(child.exited).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
    await child[Symbol.asyncDispose]()
    expect([child.status, child.usage, child.terminationReason]).toEqual(Array(3).fill(undefined))
  })

  it('is what its streams say to who uses them', async () => {
    const child = spawn('/nonexistent')
    const reading = read(child.stdout)
    const written = once(child.stdin as NodeJS.WritableStream, 'error')
    child.stdin?.write('anyone?')
    const error = await child.exited.catch((error) => error)
    await expect(reading).rejects.toBe(error)
    expect(await written).toEqual([error])
  })

  it('leaves no process and no descriptor: 50 of each', async () => {
    const result = await evaluate<{ grown: number; left: unknown[]; codes: string[] }>(`
      import { readdirSync } from 'node:fs'
      import { descendants, spawn } from 'sexton'
      const bad = [
        ['/nonexistent', {}],
        ['true', { cwd: '/nonexistent' }],
        ['true', { stdio: ['pipe', 'pipe', 'pipe', 'readable', 'writable', 19999] }],
        ['true', { cgroup: '/nonexistent' }],
        ['true', { cgroup: '/' }],
        ['true', { rlimits: { core: { soft: 2, hard: 1 } } }],
      ]
      const fail = async () => {
        const codes = []
        for (const [file, options] of bad) {
          codes.push(await spawn(file, [], options).exited.catch(({ code }) => code))
        }
        return codes
      }
      const count = () => readdirSync('/proc/self/fd').length
      await fail()
      const before = count()
      const codes = []
      for (let i = 0; i < 50; i += 1) codes.push(...await fail())
      console.log(JSON.stringify({
        grown: count() - before, left: descendants(), codes: [...new Set(codes)],
      }))
    `)
    expect(result).toEqual({ grown: 0, left: [], codes: ['ERR_SPAWN_FAILED'] })
  })

  it('is thrown by pid, to who asks only for that', () => {
    const child = spawn('/nonexistent')
    expect(() => child.pid).toThrow(expect.objectContaining({ code: 'ERR_SPAWN_FAILED' }))
  })

  it('that no one looks at is an unhandled rejection, and no silence', async () => {
    const source = "import { spawn } from 'sexton'; spawn('/nonexistent')"
    const outcome = await run([process.execPath, '--input-type=module', '-e', source])
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('ERR_SPAWN_FAILED') })
  })

  it('for want of descriptors is an error that says so, and no crash', async () => {
    const codes = await evaluate<string[]>(
      `
      import { openSync } from 'node:fs'
      import { spawn } from 'sexton'
      await spawn('true').exited
      const open = []
      try { for (;;) open.push(openSync('/', 'r')) } catch {}
      const outcome = await spawn('true').exited.catch(({ code, errno }) => code + ' ' + errno)
      console.log(JSON.stringify(outcome))
      `,
      { prefix: ['sh', '-c', 'ulimit -n 100; exec "$@"', 'sh'] },
    )
    expect(codes).toBe(`ERR_SPAWN_FAILED ${constants.errno.EMFILE}`)
  })
})
