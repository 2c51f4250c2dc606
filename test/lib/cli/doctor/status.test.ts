import { describe, expect, it } from 'vitest'
import { hasSignal, parseStatus } from '../../../../lib/cli/doctor/status.js'

const text = `Name:\tSigBlk:\\n
State:\tS (sleeping)
Tgid:\t4242
Pid:\t4242
PPid:\t1
TracerPid:\t77
NSpid:\t4242\t12\t1
Threads:\t1
SigPnd:\t0000000000000000
SigBlk:\t0000000000010000
SigIgn:\t8000000000000000
SigCgt:\t0000000000004002
Seccomp:\t2
Seccomp_filters:\t1
`

describe('parseStatus', () => {
  it('reads what a diagnosis needs', () => {
    expect(parseStatus(text)).toEqual({
      tracer: 77,
      innerPid: 1,
      blocked: 0x10000n,
      ignored: 0x8000000000000000n,
      caught: 0x4002n,
      seccomp: 2,
    })
  })

  it('does without what an older kernel does not tell', () => {
    expect(parseStatus('Name:\tx\nPid:\t7\n')).toEqual({
      ...{ tracer: 0, innerPid: 7, blocked: 0n, ignored: 0n, caught: 0n, seccomp: 0 },
    })
  })
})

describe('hasSignal', () => {
  it.each([
    [0x10000n, 17, true],
    [0x10000n, 16, false],
    [0x8000000000000000n, 64, true],
    [0n, 1, false],
  ])('%s has signal %i: %s', (mask, signal, has) => {
    expect(hasSignal(mask, signal)).toBe(has)
  })
})
