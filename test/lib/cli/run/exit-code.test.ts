import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { type Ending, exitCodeOf, exitCodeOfFailure } from '../../../../lib/cli/run/exit-code.js'
import { ExitStatus, SextonError } from '../../../../lib/index.js'

const code = (number: number) => ExitStatus.fromRaw(1, number << 8)
const signal = (number: number) => ExitStatus.fromRaw(1, number)

describe('The exit code of a job', () => {
  it.each<[number, Partial<Ending>]>([
    [0, {}],
    [3, { status: code(3) }],
    [134, { status: signal(6) }],
    [122, { leaked: true }],
    [3, { status: code(3), leaked: true }],
    [124, { status: signal(15), endedBy: 'timeout' }],
    [124, { status: code(0), endedBy: 'timeout', leaked: true }],
    [124, { status: signal(15), endedBy: 'idle' }],
    [137, { status: signal(9), endedBy: 'timeout' }],
    [143, { status: code(0), endedBy: 'signal', signal: 'SIGTERM', leaked: true }],
    [130, { status: signal(9), endedBy: 'signal', signal: 'SIGINT' }],
  ])('is %i for %o', (expected, ending) => {
    const whole = { status: code(0), endedBy: 'exit', signal: undefined, leaked: false, ...ending }
    expect(exitCodeOf(whole)).toBe(expected)
  })
})

describe('The exit code of a failure', () => {
  const { ENOENT, EACCES, ENOEXEC, EAGAIN } = constants.errno
  it.each([
    [127, 'execve', ENOENT],
    [126, 'execve', EACCES],
    [126, 'execve', ENOEXEC],
    [125, 'clone', EAGAIN],
  ])('is %i for %s and error %i', (expected, syscall, errno) => {
    const error = new SextonError('ERR_SPAWN_FAILED', 'it fails', { syscall, errno })
    expect(exitCodeOfFailure(error)).toBe(expected)
  })

  it('is 125 for every other error', () => {
    const error = new SextonError('ERR_UNSUPPORTED', 'no', { syscall: 'execve', errno: ENOENT })
    for (const each of [error, new Error('no'), undefined])
      expect(exitCodeOfFailure(each)).toBe(125)
  })
})
