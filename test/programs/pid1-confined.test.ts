import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { lacksRoot } from '../needs.js'
import { keeperPid1, libraryPid1, type Outcome, root, run } from '../program.js'

// The keeper as pid1 where the system withholds what it usually has.

const keeper = [join(root, 'build/Release/sexton-keeper'), 'pid1']
const EXIT_7 = ['-s', '--', 'sh', '-c', 'exit 7']

const forbidding = fileURLToPath(new URL('fixtures/forbidding.py', import.meta.url))

/** A sandbox in which these system calls fail with this error. */
const without = (calls: readonly number[], errno: number) => {
  return ['python3', forbidding, calls.join(','), String(errno)]
}

// pidfd_send_signal, pidfd_open, clone3 and pidfd_getfd, on every architecture.
const RECENT = [424, 434, 435, 438]
const RT_SIGTIMEDWAIT = process.arch === 'arm64' ? 137 : 128
const PRCTL = process.arch === 'arm64' ? 167 : 157
const [EPERM, ENOSYS] = [1, 38]

describe('pid1 in a sandbox', () => {
  it.each([EPERM, ENOSYS])('that forbids pidfds (errno %i) ends survivors', async (errno) => {
    const script = `trap '' TERM; sleep 1000 & exit 3`
    const words = [keeperPid1, '-s', '-v', '--grace', '100ms', '--', 'sh', '-c', script]
    const { code, stderr } = await run(words, { prefix: without(RECENT, errno) })
    expect(code).toBe(3)
    expect(stderr).toMatch(/sent SIGTERM to \d+ \(s\w+\)/)
    expect(stderr).toMatch(/sent SIGKILL to \d+ \(s\w+\)/)
  })

  it.each([
    ['the shell', [keeperPid1]],
    ['the keeper itself', keeper],
  ])('that forbids its wait for signals does not start, by %s', async (_, init) => {
    const outcome = await run([...init, ...EXIT_7], { prefix: without([RT_SIGTIMEDWAIT], EPERM) })
    const stderr = 'pid1: rt_sigtimedwait: EPERM: operation not permitted\n'
    expect(outcome).toEqual({ code: 126, signal: null, stdout: '', stderr })
  })
})

describe('pid1 -s in a sandbox that forbids subreapers', () => {
  const prefix = without([PRCTL], EPERM)

  it('exits with 126 and says why, as the keeper', async () => {
    const stderr = 'pid1: prctl PR_SET_CHILD_SUBREAPER: EPERM: operation not permitted\n'
    expect(await run([keeperPid1, ...EXIT_7], { prefix })).toMatchObject({ code: 126, stderr })
  })

  it('exits with 126, as the library', async () => {
    expect(await run([libraryPid1, ...EXIT_7], { prefix })).toMatchObject({ code: 126 })
  })
})

describe('pid1 with few descriptors', () => {
  it.each([
    ['5, by the keeper itself', 5, keeper],
    ['16, by dash', 16, [keeperPid1]],
  ])('starts with %s', async (_, most, init) => {
    const prefix = ['prlimit', `--nofile=${most}`]
    expect(await run([...init, ...EXIT_7], { prefix })).toMatchObject({ code: 7, stderr: '' })
  })

  it('exits with 126 and says why with 4', async () => {
    const outcome = await run([...keeper, ...EXIT_7], { prefix: ['prlimit', '--nofile=4'] })
    expect(outcome).toMatchObject({
      code: 126,
      stderr: 'pid1: pipe2: EMFILE: too many open files\n',
    })
  })
})

describe.skipIf(lacksRoot())('pid1 with few processes', () => {
  // A user who has no others, without the privileges to which the limit does not apply.
  const user = String(randomInt(10_000, 60_000))
  const limited = (most: number) => [
    ...['setpriv', '--reuid', user, '--regid', user, '--clear-groups'],
    ...['--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'],
    ...['prlimit', `--nproc=${most}`],
  ]

  it.each([
    ['the shell', [keeperPid1]],
    ['the keeper itself', keeper],
  ])('starts with two: itself and the command, by %s', async (_, init) => {
    const outcome = await run([...init, ...EXIT_7], { prefix: limited(2) })
    expect(outcome).toMatchObject({ code: 7, stderr: '' })
  })

  it.each([
    ['the shell', [keeperPid1], /^pid1: cannot start: the shell cannot create a process/m],
    ['the keeper itself', keeper, /^pid1: clone: EAGAIN: resource temporarily unavailable$/m],
  ])('exits with 126 and says why with one, by %s', async (_, init, message) => {
    const outcome = await run([...init, ...EXIT_7], { prefix: limited(1) })
    expect(outcome).toMatchObject({ code: 126, stderr: expect.stringMatching(message) })
  })
})

describe.skipIf(lacksRoot())('pid1 as PID 1', () => {
  const alone = (prepare: string) => [
    ...['unshare', '--fork', '--pid', '--mount', '--kill-child'],
    ...['sh', '-c', `${prepare}; exec env -i A=1 B-C=2 "$@"`, 'sh'],
  ]
  const show = async (init: readonly string[], prepare: string): Promise<Outcome> => {
    return run([...init, '--', '/usr/bin/env'], { prefix: alone(prepare) })
  }

  it.each([
    ['the shell', [keeperPid1]],
    ['the keeper itself', keeper],
  ])('keeps the environment under a foreign /proc, by %s', async (_, init) => {
    expect(await show(init, ':')).toMatchObject({ code: 0, stdout: 'A=1\nB-C=2\n', stderr: '' })
  })

  it('keeps it without /proc, by the keeper itself', async () => {
    const outcome = await show(keeper, 'umount -l /proc')
    expect(outcome).toMatchObject({ code: 0, stdout: 'A=1\nB-C=2\n', stderr: '' })
  })

  it('starts without /proc, by the shell', async () => {
    const { code, stdout, stderr } = await show([keeperPid1], 'umount -l /proc')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('A=1\n')
  })
})
