import { describe, expect, it } from 'vitest'
import { checkPid } from '../../../lib/base/errors.js'

describe('checkPid', () => {
  it('passes what can be a process', () => {
    expect([1, process.pid, 4_194_304].map(checkPid)).toEqual([1, process.pid, 4_194_304])
  })

  it.each([
    0,
    -0,
    -1,
    -process.pid,
    1.5,
    4_194_305,
    2 ** 32 + 1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])('refuses %s, which means a group, or nothing', (bad) => {
    expect(() => checkPid(bad)).toThrow(RangeError)
    expect(() => checkPid(bad)).toThrow(
      `invalid pid ${Object.is(bad, -0) ? '-0' : bad}: expected an integer`,
    )
  })

  it.each([
    ['1', "'1'"],
    ['', "''"],
    [null, 'null'],
    [undefined, 'undefined'],
    [{}, '{}'],
    [1n, '1n'],
    [true, 'true'],
  ])('refuses %s, which is no number', (bad, quoted) => {
    expect(() => checkPid(bad)).toThrow(TypeError)
    expect(() => checkPid(bad)).toThrow(`invalid pid ${quoted}: expected an integer`)
  })
})
