import { describe, expect, it } from 'vitest'
import { linesOf, withoutCutCharacter, withoutFinalNewline } from '../../../lib/job/text.js'

const bytes = (text: string) => Buffer.from(text)

describe('withoutFinalNewline()', () => {
  it.each([
    ['a\n', 'a'],
    ['a\r\n', 'a'],
    ['a\n\n', 'a\n'],
    ['a\r', 'a\r'],
    ['\n', ''],
    ['\r\n', ''],
    ['', ''],
    ['a', 'a'],
  ])('makes %j %j', (text, expected) => {
    expect(withoutFinalNewline(bytes(text)).toString()).toBe(expected)
  })
})

describe('linesOf()', () => {
  it.each([
    ['', []],
    ['\n', ['']],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\n\n', ['a', '']],
    ['\na', ['', 'a']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\rb\n', ['a\rb']],
    ['a\r', ['a']],
    ['\r\n\r\n', ['', '']],
  ])('splits %j into %j', (text, expected) => {
    expect(linesOf(text)).toEqual(expected)
  })
})

describe('withoutCutCharacter()', () => {
  const text = 'aé€😀é😀'
  const whole = bytes(text)

  it('leaves the whole characters, wherever the tail was cut', () => {
    for (let length = 0; length <= whole.length; length += 1) {
      const kept = withoutCutCharacter(whole.subarray(0, length), 'tail').toString()
      expect(text.startsWith(kept)).toBe(true)
      expect(length - Buffer.byteLength(kept)).toBeLessThan(4)
    }
  })

  it('leaves the whole characters, wherever the head was cut', () => {
    for (let start = 0; start <= whole.length; start += 1) {
      const kept = withoutCutCharacter(whole.subarray(start), 'head').toString()
      expect(text.endsWith(kept)).toBe(true)
      expect(whole.length - start - Buffer.byteLength(kept)).toBeLessThan(4)
    }
  })

  it('keeps bytes that are no part of a character', () => {
    const invalid = Buffer.from([0x61, 0x80, 0x80, 0x80, 0x80])
    expect(withoutCutCharacter(invalid, 'tail')).toEqual(invalid)
    expect(withoutCutCharacter(Buffer.from([0xff, 0x61]), 'head')).toEqual(
      Buffer.from([0xff, 0x61]),
    )
  })
})
