import { describe, expect, it } from 'vitest'
import {
  parseCount,
  parsePattern,
  parseProcessors,
  parseSize,
} from '../../../../lib/cli/run/values.js'

describe('parseSize', () => {
  it.each([
    ['1', 1],
    ['4096', 4096],
    ['1k', 1024],
    ['512M', 512 * 1024 ** 2],
    ['2G', 2 * 1024 ** 3],
    ['2GiB', 2 * 1024 ** 3],
    ['1.5g', 1.5 * 1024 ** 3],
    ['1T', 1024 ** 4],
  ])('takes %s', (word, bytes) => {
    expect(parseSize(word)).toBe(bytes)
  })

  it.each(['', '0', '0.1', '-1', 'G', '2X', '2 G', '1e9', '99999T', '٣'])(
    'refuses "%s"',
    (word) => {
      expect(() => parseSize(word)).toThrow(RangeError)
    },
  )
})

it('takes whole numbers of processes, and parts of processors', () => {
  expect([parseCount('1'), parseCount('500')]).toEqual([1, 500])
  expect([parseProcessors('2'), parseProcessors('0.5')]).toEqual([2, 0.5])
  for (const word of ['', '0', '1.5', '-1', '9'.repeat(20)]) {
    expect(() => parseCount(word), word).toThrow(RangeError)
  }
  for (const word of ['', '0', '.5', '-1', '9'.repeat(400)]) {
    expect(() => parseProcessors(word), word).toThrow(RangeError)
  }
})

describe('parsePattern', () => {
  it.each([
    ['redis', 'redis', true],
    ['redis', 'redis-server', false],
    ['redis*', 'redis-server *:6379', true],
    ['*daemon*', 'java -cp x\ndaemon y', true],
    ['sleep ?', 'sleep 9', true],
    ['sleep ?', 'sleep 99', false],
    ['a.c', 'abc', false],
    ['[a](b)+$', '[a](b)+$', true],
    ['?', '😀', true],
  ])('%s and %j: %s', (pattern, text, matches) => {
    expect(parsePattern(pattern).test(text)).toBe(matches)
  })
})
