import { openSync } from 'node:fs'
import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { binding, P_ALL } from '../../lib/system/binding.js'
import { eventually } from '../eventually.js'
import { lacksRoot } from '../needs.js'
import { programFile } from '../program-file.js'
import { block, openDescriptors, type Spec, spawnRaw, wait } from './raw.js'

const { E2BIG, EACCES, EBADF, ECHILD, EINVAL, EMFILE, ENOENT, ENOTDIR, EPERM } = constants.errno

const programs = await programFile<typeof import('./spawn-failure.program.js')>(
  './spawn-failure.program.ts',
  import.meta.url,
)

interface Case {
  step: string
  errno: number
  argv?: readonly string[]
  spec?: Spec
}

const cases: readonly Case[] = [
  { step: 'execve', errno: ENOENT, argv: ['/no/such/file'] },
  { step: 'execve', errno: ENOENT, argv: ['/etc/passwd/file'] },
  { step: 'execve', errno: ENOENT, argv: [''] },
  { step: 'execve', errno: ENOENT, argv: [] },
  { step: 'execve', errno: ENOENT, spec: { files: new Uint8Array() } },
  { step: 'execve', errno: EACCES, argv: ['/'] },
  { step: 'execve', errno: EACCES, argv: ['/etc/passwd'] },
  { step: 'execve', errno: EACCES, spec: { files: block('/etc/passwd', '/no/such/file') } },
  { step: 'execve', errno: E2BIG, argv: ['/bin/true', 'x'.repeat(200_000)] },
  { step: 'chdir', errno: ENOENT, spec: { cwd: block('/no/such/directory') } },
  { step: 'chdir', errno: ENOTDIR, spec: { cwd: block('/dev/null') } },
  { step: 'dup2', errno: EBADF, spec: { fds: Int32Array.of(-1, 999_999, -1) } },
  { step: 'setrlimit', errno: EINVAL, spec: { rlimits: [7, 100, 50] } },
  { step: 'setrlimit', errno: EINVAL, spec: { rlimits: [999, 1, 1] } },
  { step: 'setpgid', errno: EPERM, spec: { processGroup: 1 } },
  {
    step: 'setgroups',
    errno: process.getuid?.() === 0 ? EINVAL : EPERM,
    spec: { groups: new Uint32Array(70_000) },
  },
  { step: 'prctl', errno: EINVAL, spec: { deathSignal: 65 } },
]

describe('A spawn that fails', () => {
  it.each(cases)(
    'names the step: $step, errno $errno, $argv',
    async ({ step, errno, argv, spec }) => {
      const before = openDescriptors()
      const result = spawnRaw(argv ?? ['/bin/true'], spec)
      expect(result).toEqual({ pid: 0, pidfd: -1, step, errno })
      // No process and no descriptor remains.
      expect(wait(P_ALL, 0, binding.peek)).toBe(-ECHILD)
      // Node's own threads may have one open for a moment.
      await eventually(() => {
        expect(openDescriptors().filter((fd) => !before.includes(fd))).toEqual([])
      })
    },
  )

  it('in the birth itself, for want of a cgroup, leaves nothing either', () => {
    const before = openDescriptors()
    const cgroupFd = openSync('/', 'r')
    const result = spawnRaw(['/bin/true'], { cgroupFd })
    expect(result).toMatchObject({ pid: 0, step: 'clone' })
    expect(result.errno).toBeGreaterThan(0)
    expect(wait(P_ALL, 0, binding.peek)).toBe(-ECHILD)
    expect(openDescriptors().length).toBe(before.length + 1)
  })

  it('for want of descriptors says so', async () => {
    const prefix = ['prlimit', '--nofile=100:100']
    const result = await programs.evaluate('spawnWithoutDescriptors', [], { prefix })
    expect(result).toEqual({ syscall: 'pipe2', errno: EMFILE })
  })

  it.skipIf(lacksRoot()).each([
    ['setuid', { syscall: 'setresuid', errno: EPERM }],
    ['setgid', { syscall: 'setgroups', errno: EPERM }],
  ])('for want of CAP_%s, names the first step that needed it', async (capability, failure) => {
    const prefix = ['setpriv', `--bounding-set=-${capability}`, `--inh-caps=-${capability}`]
    const result = await programs.evaluate('spawnAsOther', [], { prefix })
    expect(result).toEqual(failure)
  })
})
