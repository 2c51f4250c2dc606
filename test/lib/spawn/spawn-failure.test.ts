import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { runJob, spawn } from '../../../lib/index.js'
import { programFile } from '../../program-file.js'
import { read } from '../output.js'
import { failure, folder } from './children.js'

const programs = await programFile<typeof import('./spawn-failure.program.js')>(
  './spawn-failure.program.ts',
  import.meta.url,
)

const { EACCES, E2BIG, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR } = constants.errno

const directory = folder()

beforeAll(() => {
  mkdirSync(join(directory, 'folder'))
  writeFileSync(join(directory, 'file'), '#!/bin/sh\n', { mode: 0o644 })
  writeFileSync(join(directory, 'bad'), '#!/nonexistent/interpreter\n', { mode: 0o755 })
  symlinkSync('loop', join(directory, 'loop'))
})

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

  it('that is a whole command line is told how to give arguments', async () => {
    const hint = `execve 'git log -1': ENOENT: no such file or directory; no shell splits this: give the file 'git', and its arguments as a list`
    expect((await failure('git log -1')).message).toBe(hint)
    await expect(runJob('git log -1')).rejects.toThrow(hint)
    expect((await failure('/no such/program')).message).not.toContain('shell')
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
    const ends = [child.exited, reading].map((end) => end.catch((error: unknown) => error))
    const [error, said] = await Promise.all(ends)
    expect(said).toBe(error)
    expect(await written).toEqual([error])
  })

  it('leaves no process and no descriptor: 50 of each', async () => {
    const result = await programs.evaluate('failFiftyTimes', [])
    expect(result).toEqual({ grown: 0, left: [], codes: ['ERR_SPAWN_FAILED'] })
  })

  it('is thrown by pid, once it is known', async () => {
    const child = spawn('/nonexistent')
    await expect(child.exited).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
    expect(() => child.pid).toThrow(expect.objectContaining({ code: 'ERR_SPAWN_FAILED' }))
  })

  it('that no one looks at is an unhandled rejection, and no silence', async () => {
    const outcome = await programs.run('failUnseen', [])
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('ERR_SPAWN_FAILED') })
  })

  it('for want of descriptors is an error that says so, and no crash', async () => {
    const prefix = ['sh', '-c', 'ulimit -n 100; exec "$@"', 'sh']
    const error = await programs.evaluate('failForWantOfDescriptors', [], { prefix })
    expect(error).toEqual(['ERR_SPAWN_FAILED', constants.errno.EMFILE])
  })

  it('for want of one more descriptor keeps none of those it has opened', async () => {
    const prefix = ['sh', '-c', 'ulimit -n 100; exec "$@"', 'sh']
    const ends = await programs.evaluate('startWithFewDescriptors', [8], {
      prefix,
    })
    const [needed, lacking] = [6, constants.errno.EMFILE] // both ends of three pipes
    expect(ends.slice(0, needed)).toEqual(Array(needed).fill([['pipe2', lacking], 0]))
    expect(ends[needed]?.[1]).toBe(0) // with pidfds, the clone lacks one more
    expect(ends.slice(needed + 1)).toEqual(Array(8 - needed).fill([0, 0]))
  })
})
