import { describe, expect, it } from 'vitest'
import { canRedraw, lookOf, overdraw } from '../../../../lib/cli/tree/terminal.js'

const terminal = { isTTY: true, columns: 80, rows: 24 }

describe('canRedraw', () => {
  it('wants a terminal that can, and a user who wants it', () => {
    expect(canRedraw(terminal, {})).toBe(true)
    expect(canRedraw(terminal, { NO_COLOR: '', TERM: 'xterm' })).toBe(true)
    expect(canRedraw(terminal, { NO_COLOR: '1' })).toBe(false)
    expect(canRedraw(terminal, { TERM: 'dumb' })).toBe(false)
    expect(canRedraw({}, {})).toBe(false)
  })
})

describe('lookOf', () => {
  it.each([
    [{ LANG: 'C.UTF-8' }, true],
    [{ LANG: 'de_DE.utf8' }, true],
    [{ LC_CTYPE: 'en_US.UTF-8', LANG: 'C' }, true],
    [{ LC_ALL: 'C', LC_CTYPE: 'en_US.UTF-8', LANG: 'en_US.UTF-8' }, false],
    [{ LC_ALL: '', LANG: 'en_US.UTF-8' }, true],
    [{ LANG: 'POSIX' }, false],
    [{}, false],
  ])('takes the locale from %j', (env, unicode) => {
    expect(lookOf(terminal, env, false).unicode).toBe(unicode)
  })

  it('fits a terminal, and nothing else', () => {
    const look = { width: 80, height: 23, colour: true }
    expect(lookOf(terminal, { TERM: 'xterm' }, true)).toMatchObject(look)
    expect(lookOf(terminal, {}, false)).toMatchObject({ width: 80, height: undefined })
    expect(lookOf(terminal, { NO_COLOR: '1' }, false)).toMatchObject({ width: 80, colour: false })
    const file = { width: undefined, height: undefined, colour: false }
    expect(lookOf({}, {}, false)).toMatchObject(file)
    const silent = { isTTY: true, columns: 0, rows: 0 }
    expect(lookOf(silent, {}, true)).toMatchObject({ width: undefined, height: undefined })
  })
})

describe('The colours of lookOf', () => {
  const xterm = { TERM: 'xterm' }

  it.each([
    ['a terminal', terminal, xterm, 'auto', true],
    ['a pipe', {}, xterm, 'auto', false],
    ['a terminal without colours', terminal, { TERM: 'dumb' }, 'auto', false],
    ['NO_COLOR', terminal, { ...xterm, NO_COLOR: '1' }, 'auto', false],
    ['an empty NO_COLOR', terminal, { ...xterm, NO_COLOR: '' }, 'auto', true],
    ['FORCE_COLOR on a pipe', {}, { FORCE_COLOR: '1' }, 'auto', true],
    ['FORCE_COLOR=0', terminal, { ...xterm, FORCE_COLOR: '0' }, 'auto', false],
    ['FORCE_COLOR and NO_COLOR', {}, { FORCE_COLOR: '1', NO_COLOR: '1' }, 'auto', true],
    ['--color', {}, { NO_COLOR: '1' }, 'always', true],
    ['--color=never', terminal, { ...xterm, FORCE_COLOR: '1' }, 'never', false],
  ] as const)('are right for %s', (_, target, env, colours, expected) => {
    expect(lookOf(target, env, false, colours).colour).toBe(expected)
  })
})

describe('overdraw', () => {
  it('clears the screen once, and then only what it does not write over', () => {
    expect(overdraw(['a', 'b'], true)).toBe('\x1b[H\x1b[2Ja\x1b[K\nb\x1b[K\n\x1b[J')
    expect(overdraw(['a', 'b'], false)).toBe('\x1b[Ha\x1b[K\nb\x1b[K\n\x1b[J')
  })
})
