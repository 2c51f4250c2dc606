import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ExitStatus } from '../../../lib/exit/exit-status.js'

describe('ExitStatus', () => {
  it('reads the code from the second byte of a raw status', () => {
    const status = ExitStatus.fromRaw(9, 7 << 8)
    expect({ ...status }).toEqual({ pid: 9, code: 7, signal: null, coreDumped: false, known: true })
    expect(status.success).toBe(false)
    expect(ExitStatus.fromRaw(9, 255 << 8).code).toBe(255)
  })

  it.each([
    [ExitStatus.fromRaw(9, 3 << 8), 'exit code 3'],
    [ExitStatus.fromRaw(9, 15), 'killed by SIGTERM'],
    [ExitStatus.fromRaw(9, 11 | 0x80), 'killed by SIGSEGV (core dumped)'],
    [ExitStatus.unknown(9), 'unknown status'],
  ])('says how the process ended: %s', (status, words) => {
    expect(String(status)).toBe(words)
    expect(inspect(status)).toMatch(`ExitStatus <${words}> {`)
    expect(inspect({ status }, { depth: 0 })).toBe(`{ status: ExitStatus <${words}> }`)
  })

  it('is a success for code 0 only', () => {
    expect(ExitStatus.fromRaw(9, 0).success).toBe(true)
    expect(ExitStatus.fromRaw(9, 9).success).toBe(false)
    expect(ExitStatus.unknown(9).success).toBe(false)
  })

  it('reads the signal from the low 7 bits, the core flag from bit 8', () => {
    expect(ExitStatus.fromRaw(9, 9)).toMatchObject({ code: null, signal: 'SIGKILL' })
    expect(ExitStatus.fromRaw(9, 9).coreDumped).toBe(false)
    expect(ExitStatus.fromRaw(9, 11 | 0x80)).toMatchObject({ signal: 'SIGSEGV', coreDumped: true })
  })

  it('names realtime signals', () => {
    expect(ExitStatus.fromRaw(9, 34).signal).toBe('SIGRTMIN')
    expect(ExitStatus.fromRaw(9, 37).signal).toBe('SIGRTMIN+3')
    expect(ExitStatus.fromRaw(9, 64 | 0x80)).toMatchObject({
      signal: 'SIGRTMIN+30',
      coreDumped: true,
    })
  })

  it('has no usage unless the system told it', () => {
    expect('usage' in ExitStatus.fromRaw(9, 0)).toBe(false)
    expect('usage' in ExitStatus.unknown(9)).toBe(false)
  })

  it('takes what an exit event says', () => {
    expect(ExitStatus.fromExitEvent(9, 3, null)).toMatchObject({ code: 3, signal: null })
    expect(ExitStatus.fromExitEvent(9, null, 'SIGTERM')).toMatchObject({
      code: null,
      signal: 'SIGTERM',
      known: true,
    })
  })
})

describe('toShellCode', () => {
  it('is the exit code itself', () => {
    expect(ExitStatus.fromRaw(9, 0).toShellCode()).toBe(0)
    expect(ExitStatus.fromRaw(9, 200 << 8).toShellCode()).toBe(200)
  })

  it('is 128 + n for signal n, realtime ones included', () => {
    expect(ExitStatus.fromRaw(9, 15).toShellCode()).toBe(143)
    expect(ExitStatus.fromRaw(9, 6 | 0x80).toShellCode()).toBe(134)
    expect(ExitStatus.fromRaw(9, 37).toShellCode()).toBe(165)
  })

  it('is 128 + n even for the C library’s own signals', () => {
    expect(ExitStatus.fromRaw(9, 32).toShellCode()).toBe(160)
    expect(ExitStatus.fromRaw(9, 33).toShellCode()).toBe(161)
  })

  it('is 127 where nobody knows', () => {
    expect(ExitStatus.unknown(9).toShellCode()).toBe(127)
  })
})
