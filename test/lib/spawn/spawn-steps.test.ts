import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SpawnOptions, spawn } from '../../../lib/index.js'
import { asNobody, evaluate } from '../../program.js'

const { EBADF, EINVAL, ENOENT, ENOTDIR, EPERM } = constants.errno

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

describe('a step', () => {
  it.each<[string, () => SpawnOptions, number, string?]>([
    ['chdir', () => ({ cwd: '/nonexistent' }), ENOENT, '/nonexistent'],
    ['chdir', () => ({ cwd: join(directory, 'file') }), ENOTDIR],
    ['dup2', () => ({ stdio: ['ignore', 'ignore', 'ignore', 19_999] }), EBADF],
    ['setrlimit', () => ({ rlimits: { core: { soft: 2, hard: 1 } } }), EINVAL],
    ['setpgid', () => ({ processGroup: 4_194_304 }), EPERM],
    ['open', () => ({ cgroup: '/nonexistent' }), ENOENT, '/nonexistent'],
    ['clone', () => ({ cgroup: directory }), EBADF],
  ])('%s that fails is named', async (syscall, options, errno, path) => {
    const error = await failure('true', options())
    expect(error).toMatchObject({ code: 'ERR_SPAWN_FAILED', syscall, errno })
    if (path !== undefined) expect(error.path).toBe(path)
  })

  it('never takes sexton’s own descriptors for a caller’s closed ones', async () => {
    const codes = await evaluate<unknown[]>(
      `
      import { closeSync, openSync } from 'node:fs'
      import { spawn } from 'sexton'
      await spawn('true', [], { stdio: 'ignore' }).exited
      const free = Array.from({ length: 8 }, () => openSync('/', 'r'))
      for (const fd of free) closeSync(fd)
      const codes = []
      for (const fd of free) {
        for (const first of ['ignore', 'pipe']) {
          const child = spawn('true', [], { stdio: [first, first, first, fd] })
          codes.push(await child.exited.then(() => 'started', ({ errno }) => errno))
        }
      }
      console.log(JSON.stringify(codes))
      `,
      { timeout: 5000 },
    )
    expect(codes).toEqual(Array(16).fill(EBADF))
  })

  it('for which there is no permission is named', async () => {
    const result = await evaluate(
      `
      import { spawn } from 'sexton'
      const step = (options) => spawn('true', [], options).exited.catch(({ code, syscall, errno }) =>
        [code, syscall, errno].join(' '))
      console.log(JSON.stringify(await Promise.all([
        { uid: 0 }, { gid: 0 }, { groups: [0] }, { rlimits: { nofile: 100_000_000 } },
      ].map(step))))
      `,
      { prefix: asNobody },
    )
    expect(result).toEqual(
      ['setresuid', 'setresgid', 'setgroups', 'setrlimit'].map(
        (step) => `ERR_SPAWN_FAILED ${step} ${EPERM}`,
      ),
    )
  })
})
