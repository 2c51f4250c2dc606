import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { lacks, lacksRoot } from '../needs.js'
import { root, run } from '../program.js'
import { succeed } from './project.js'

// A package whose keeper is missing, or is not let do its work, and one whose keeper lies where it cannot be executed.

const folder = mkdtempSync(join(tmpdir(), 'sexton-keeper-'))
const release = join(folder, 'build', 'Release')
const keeper = join(release, 'sexton-keeper')
const { ENOENT, ENOEXEC, EPERM } = constants.errno

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(release, { recursive: true })
  for (const name of ['dist', 'package.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  for (const name of ['sexton.node', 'sexton-keeper'])
    cpSync(join(root, 'build', 'Release', name), join(release, name))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Failure {
  message: string
}

/** What a job gave, and that a plain run works in any case. */
async function runJob(...prefix: string[]): Promise<string | Failure> {
  const program = join(root, 'test', 'package', 'fixtures', 'job.mjs')
  // A back-end that is demanded is one that nothing may deny.
  const options = { prefix, env: { SEXTON_BACKEND: '' } }
  const { stdout } = await succeed(run([process.execPath, program, folder], options))
  const result = JSON.parse(stdout)
  expect(result.run).toBe('run')
  return result.job
}

const deny = (call: string, when: string) => [
  ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`],
  ...['-e', `inject=${call}:error=EPERM:when=${when}`],
]

const unsupported = (details: object, advice: RegExp) => ({
  ...{ name: 'SextonError', code: 'ERR_UNSUPPORTED', ...details },
  message: expect.stringMatching(advice),
})

describe('A job', () => {
  it('is refused without the keeper, and the doctor says so', async () => {
    rmSync(keeper)
    const path = join(folder, 'prebuilds', `linux-${process.arch}`, 'sexton-keeper')
    const advice = /missing: \/.*\/sexton-keeper\nTo build it, .*: npx node-gyp rebuild/
    expect(await runJob()).toEqual(unsupported({ path }, advice))
    const { stdout } = await run([join(folder, 'dist', 'cli', 'sexton.js'), 'doctor'])
    expect(stdout).toContain(`the keeper is missing from this package: jobs cannot be started`)
    expect(stdout).toContain(`(stat '${path}': ENOENT)`)
  })

  it('is refused where the keeper is not a program, and no shell runs it', async () => {
    writeFileSync(keeper, 'exit 3\n', { mode: 0o755 })
    const details = { errno: ENOEXEC, syscall: 'execve', path: keeper }
    const advice = /\nThe file is not a program for this machine\.\nTo build it, /
    expect(await runJob()).toEqual(unsupported(details, advice))
  })

  it.skipIf(lacks('strace'))('is refused without a file to execute and memory', async () => {
    chmodSync(keeper, 0o644)
    const details = { errno: EPERM, syscall: 'memfd_create', path: keeper }
    const advice = /: EPERM: .*\nA job needs to execute .*\nPermit one of them: chmod a\+rx/
    expect(await runJob(...deny('memfd_create', '2+'))).toEqual(unsupported(details, advice))
  })

  it.skipIf(lacks('strace'))('is refused without files in memory', async () => {
    const details = { errno: EPERM, syscall: 'memfd_create' }
    const expected = unsupported(details, /: EPERM: .*\n.*a sandbox that permits memfd_create/)
    expect(await runJob(...deny('memfd_create', '1+'))).toEqual(expected)
  })

  it.skipIf(lacks('strace'))('is refused without pidfds', async () => {
    const expected = unsupported(
      { errno: EPERM, syscall: 'pidfd_open' },
      /: EPERM: .*\nA job needs pidfds: Linux 5\.3/,
    )
    expect(await runJob(...deny('pidfd_open', '1+'))).toEqual(expected)
  })

  it.skipIf(lacksRoot())('is refused with the /proc of another namespace', async () => {
    const expected = unsupported(
      { errno: ENOENT, syscall: 'readlink', path: '/proc/self' },
      /: ENOENT: .*\nA job needs the \/proc of its own PID namespace\.\nMount it/,
    )
    expect(await runJob('unshare', '--fork', '--pid')).toEqual(expected)
  })

  it('runs where the keeper may not be executed', async () => {
    chmodSync(keeper, 0o644)
    expect(await runJob()).toBe('job')
  })

  it.skipIf(lacksRoot())(
    'runs where the folder is read-only, and the keeper on noexec',
    async () => {
      const bind = (path: string, options: string) =>
        `mount --bind '${path}' '${path}' && mount -o remount,bind,${options} '${path}'`
      // Not the addon, which no system loads from there.
      const mounts = `${bind(folder, 'ro')} && ${bind(keeper, 'ro,noexec')} && exec "$@"`
      expect(await runJob('unshare', '--mount', 'sh', '-c', mounts, 'sh')).toBe('job')
    },
  )
})

describe('`sexton run`', () => {
  // As `npm ci` and a new build do to the job that runs them.
  it('ends a job as ever after its own package has gone', async () => {
    const daemon = 'setsid sleep 1000 > /dev/null 2>&1 &'
    const script = `rm -r '${folder}'; ${daemon} until grep -q sleep /proc/$!/comm; do :; done`
    const words = ['run', '--fail-on-leak', '--', 'sh', '-c', script]
    const outcome = await run([join(folder, 'dist', 'cli', 'sexton.js'), ...words])
    expect(existsSync(folder)).toBe(false)
    expect(outcome).toMatchObject({ code: 122, stderr: expect.stringContaining('sleep 1000') })
  })
})

describe('The build of the keeper', () => {
  it('gives a program that all may execute, whatever the umask', async () => {
    const file = join(folder, 'built', 'sexton-keeper')
    const builder = join(root, 'native', 'keeper', 'build.mjs')
    const build = ['sh', '-c', 'umask 077; exec "$0" "$@"', process.execPath, builder, file]
    await succeed(run(build))
    expect(statSync(file).mode & 0o777).toBe(0o755)
  })
})
