import { describe, expect, it } from 'vitest'
import { clip, printable } from '../../../lib/base/printable.js'

describe('printable', () => {
  it.each([
    ['plain (text) with spaces', 'plain (text) with spaces'],
    ['two\nlines\r\n', 'two\\nlines\\r\\n'],
    ['a\tb', 'a\\tb'],
    ['\x1b[2J\x1b]0;title\x07', '\\x1b[2J\\x1b]0;title\\x07'],
    ['\x7f\x80\x9b', '\\x7f\\x80\\x9b'],
    ['C:\\n', 'C:\\\\n'],
    ['\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['a\u2028b\u2029c\u00a0d\u200be\ufeff', 'a\\u{2028}b\\u{2029}c\\xa0d\\u{200b}e\\u{feff}'],
    ['\ud800', '\\u{d800}'],
    ['\ue000\u{e0001}', '\\u{e000}\\u{e0001}'],
    ['é 漢字 \u{1f480} \ufffd', 'é 漢字 \u{1f480} \ufffd'],
  ])('shows %j as %j', (text, shown) => {
    expect(printable(text, true)).toBe(shown)
  })

  it('lets through ASCII only where the locale has nothing more', () => {
    expect(printable('é 漢 \u{1f480}\n\\[~', false)).toBe('\\xe9 \\u{6f22} \\u{1f480}\\n\\\\[~')
    const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')
    expect(printable(ascii, false)).toBe(ascii.replace('\\', '\\\\'))
    expect(printable(ascii, true)).toBe(ascii.replace('\\', '\\\\'))
  })
})

describe('clip', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['abcd', 1, '…'],
    ['abcd', 0, ''],
    ['漢字漢字', 8, '漢字漢字'],
    ['漢字漢字', 7, '漢字漢…'],
    ['漢字漢字', 6, '漢字…'],
    ['e\u0301e\u0301', 2, 'e\u0301e\u0301'],
    ['e\u0301e\u0301e', 2, 'e\u0301…'],
    ['\u{1f480}\u{1f480}', 3, '\u{1f480}…'],
  ])('cuts %j to %i columns', (text, width, clipped) => {
    expect(clip(text, width, true)).toBe(clipped)
  })

  it('marks the cut in ASCII where there is nothing more', () => {
    expect(clip('abcd', 3, false)).toBe('ab>')
  })
})
