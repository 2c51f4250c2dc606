import { writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SpawnOptions } from '../../../lib/index.js'
import { asNobody } from '../../program.js'
import { programFile } from '../../program-file.js'
import { failure, folder } from './children.js'

const programs = await programFile<typeof import('./spawn-steps.program.js')>(
  './spawn-steps.program.ts',
  import.meta.url,
)

const { EBADF, EINVAL, ENOENT, ENOTDIR, EPERM } = constants.errno

const directory = folder()

beforeAll(() => writeFileSync(join(directory, 'file'), ''))

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
    const codes = await programs.evaluate('passClosed', [], { timeout: 5000 })
    expect(codes).toEqual(Array(16).fill(EBADF))
  })

  it('for which there is no permission is named', async () => {
    const options = [{ uid: 0 }, { gid: 0 }, { groups: [0] }, { rlimits: { nofile: 100_000_000 } }]
    const errors = await programs.evaluate('failEach', [options], { prefix: asNobody })
    const steps = ['setresuid', 'setresgid', 'setgroups', 'setrlimit']
    expect(errors).toEqual(steps.map((step) => ['ERR_SPAWN_FAILED', step, EPERM]))
  })
})
