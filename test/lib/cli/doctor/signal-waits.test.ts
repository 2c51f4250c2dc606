import { describe, expect, it } from 'vitest'
import { parseSignalfd, parseWait } from '../../../../lib/cli/doctor/signal-waits.js'

const calls = { sigtimedwait: 128, wait4: 61, waitid: 247 }
const call = (number: number, first: string, stack = '0x7fff7c979760') =>
  `${number} ${first} 0x0 0x0 0x8 0x0 0x0 ${stack} 0x7fc88a3b9c2f\n`

describe('parseWait', () => {
  it.each<[string, string | undefined, string | undefined, object]>([
    ['a wait for signals', call(128, '0x7ff0'), undefined, { for: 'signals', at: 0x7ff0n }],
    ['a wait for signals, by wchan', undefined, 'do_sigtimedwait.isra.0', { for: 'signals' }],
    ['wait4(-1)', call(61, '0xffffffff'), 'do_wait', { for: 'children' }],
    ['wait4(-1) with a dirty register', call(61, '0xffffffffffffffff'), '', { for: 'children' }],
    ['wait4(7)', call(61, '0x7'), 'do_wait', { for: 'other' }],
    ['waitid(P_ALL)', call(247, '0x0'), 'do_wait', { for: 'children' }],
    ['waitid(P_PID)', call(247, '0x1'), 'do_wait', { for: 'other' }],
    ['another call', call(230, '0x0'), '0', { for: 'other' }],
    ['another call, by wchan', undefined, 'hrtimer_nanosleep', { for: 'other' }],
    ['a running thread', 'running\n', '0', { for: 'other' }],
    ['a 32-bit wait', call(177, '0xff0', '0xffd01234'), 'do_sigtimedwait', { for: 'signals' }],
    ['a number of a 32-bit program', call(128, '0x7ff0', '0xffd01234'), '0', { for: 'unknown' }],
    ['a process that may not be read', undefined, '0', { for: 'unknown' }],
    ['a kernel that shows neither', undefined, undefined, { for: 'unknown' }],
    ['a thread outside of a call', '-1 0x7fff7c979760 0x7fc88a3b9c2f\n', '0', { for: 'unknown' }],
  ])('knows %s', (_, syscall, wchan, wait) => {
    expect(parseWait(syscall, wchan, calls)).toEqual(wait)
  })
})

describe('parseSignalfd', () => {
  it('reads the mask of a signalfd, and finds none elsewhere', () => {
    const common = 'pos:\t0\nflags:\t02000002\nmnt_id:\t15\nino:\t1057\n'
    expect(parseSignalfd(`${common}sigmask:\tfffffffe3ffbfa07\n`)).toBe(0xfffffffe3ffbfa07n)
    expect(parseSignalfd(`${common}eventfd-count:\t0\n`)).toBe(0n)
    expect(parseSignalfd('')).toBe(0n)
  })
})
