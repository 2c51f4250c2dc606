import { describe, expect, it } from 'vitest'
import { EPERM, ESRCH, quote, SextonError, systemError } from '../../../lib/base/errors.js'

describe('SextonError', () => {
  it('is an Error with a code for programs, and its own name in the stack', () => {
    const error = new SextonError('ERR_TIMEOUT', 'too late', { pid: 7 })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'SextonError', code: 'ERR_TIMEOUT', message: 'too late' })
    expect(error.pid).toBe(7)
    expect(error.stack).toContain('SextonError: too late')
  })

  it('has only the details that apply', () => {
    const error = new SextonError('ERR_TIMEOUT', 'too late')
    expect(Object.keys(error)).toEqual(['code'])
    expect('cause' in error).toBe(false)
  })

  it('keeps its cause', () => {
    const cause = new Error('the reason')
    expect(new SextonError('ERR_SYSTEM', 'failed', { cause }).cause).toBe(cause)
  })
})

describe('systemError', () => {
  it('tells the call, the errno as a positive number, and whom it was about', () => {
    const error = systemError(-ESRCH, 'pidfd_open', { pid: 123 })
    expect(error).toMatchObject({
      code: 'ERR_NO_SUCH_PROCESS',
      errno: ESRCH,
      syscall: 'pidfd_open',
      pid: 123,
    })
    expect(error.message).toBe('pidfd_open (pid 123): ESRCH: no such process')
  })

  it("has a cause that speaks Node's language", () => {
    const { cause } = systemError(-2, 'execve', { path: 'nowhere' })
    expect(cause).toMatchObject({ code: 'ENOENT', errno: -2, syscall: 'execve', path: 'nowhere' })
  })

  it('turns EPERM into a code of its own, and the rest into ERR_SYSTEM', () => {
    expect(systemError(-EPERM, 'kill').code).toBe('ERR_NOT_PERMITTED')
    expect(systemError(-24, 'pidfd_open').code).toBe('ERR_SYSTEM')
  })

  it('takes a code that says more than the errno', () => {
    expect(systemError(-2, 'execve', {}, 'ERR_SPAWN_FAILED').code).toBe('ERR_SPAWN_FAILED')
  })

  it('survives an errno that nobody has a name for', () => {
    const error = systemError(-4000, 'waitid')
    expect(error.message).toBe('waitid: errno 4000: unknown error')
    expect(error.errno).toBe(4000)
  })
})

describe('quote', () => {
  it('shows text in quotes and everything else as it prints', () => {
    expect([quote('x'), quote(''), quote(null), quote(undefined), quote(-1)]).toEqual([
      "'x'",
      "''",
      'null',
      'undefined',
      '-1',
    ])
    expect(quote(Symbol('s'))).toBe('Symbol(s)')
  })
})
