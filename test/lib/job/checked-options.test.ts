import { describe, expect, it } from 'vitest'
import { descendants, run } from '../../../lib/index.js'
import { ADVICE, RUN_NAMES } from '../../../lib/job/option-names.js'

const start = (options: unknown) => run('sleep', ['60'], options as object)

describe('run()', () => {
  it.each<[string, unknown, RegExp]>([
    ['encoding', 'latin1', /encoding 'latin1'/],
    ['encoding', null, /encoding null/],
    ['lines', 'yes', /lines 'yes'/],
    ['stripFinalNewline', 1, /stripFinalNewline 1/],
    ['maxBuffer', '1', /maxBuffer '1'/],
    ['maxBuffer', null, /maxBuffer null/],
    ['maxBuffer', true, /maxBuffer true/],
    ['overflow', 'drop', /overflow 'drop'/],
    ['input', 5, /input 5/],
    ['unreadInput', true, /unreadInput true/],
    ['reject', 'no', /reject 'no'/],
    ['all', 1, /all 1/],
    ['preferLocal', 5, /preferLocal 5/],
    ['preferLocal', null, /preferLocal null/],
    ['stdio', 'pope', /'pope'/],
    ['stdio', null, /null/],
    ['stdio', ['ignore', 'writable'], /stdio\[1\] 'writable'/],
    ['stdio', ['readable'], /stdio\[0\] 'readable'/],
    ['stdio', ['ignore', 'pipe', 'pipe', 'readable'], /stdio\[3\] 'readable'/],
    ['stdio', ['ignore', 'pipe', 'pipe', 'pipe'], /stdio\[3\] 'pipe': expected no pipe/],
    ['timeout', 'soon', /timeout 'soon'/],
    ['signal', {}, /signal {}/],
    ['env', 5, /env 5/],
    ['env', null, /env null/],
    ['cwd', 5, /cwd 5/],
  ])('quotes a wrong %s: %j', (name, value, message) => {
    expect(() => start({ [name]: value })).toThrow(TypeError)
    expect(() => start({ [name]: value })).toThrow(message)
    expect(descendants()).toEqual([])
  })

  it.each([
    [-1, /maxBuffer -1/],
    [1.5, /maxBuffer 1.5/],
    [Number.NaN, /maxBuffer NaN/],
    [Number.NEGATIVE_INFINITY, /maxBuffer -Infinity/],
  ])('quotes a maxBuffer out of range: %d', (maxBuffer, message) => {
    expect(() => start({ maxBuffer })).toThrow(RangeError)
    expect(() => start({ maxBuffer })).toThrow(message)
  })

  it.each<[string, unknown, RegExp]>([
    ['lines and bytes', { lines: true, encoding: 'buffer' }, /lines excludes encoding: 'buffer'/],
    [
      'all without a pipe',
      { all: true, stdio: ['ignore', 'pipe', 'ignore'] },
      /all needs two outputs/,
    ],
    [
      'input without a pipe',
      { input: 'x', stdio: ['ignore'] },
      /stdio\[0\] 'ignore'.*because of input/,
    ],
    ['a bad cwd with preferLocal', { cwd: 5, preferLocal: true }, /cwd 5/],
    ['a bad env with preferLocal', { env: null, preferLocal: true }, /env null/],
    ['a list as env with preferLocal', { env: ['A=b'], preferLocal: true }, /env: \{ NAME/],
    ['null', null, /options null/],
    ['a string', 'x', /options 'x'/],
    ['a list', ['x'], /options \[Array\]/],
    ['an unknown option', { inputs: 'x' }, /no option 'inputs'.*input/s],
  ])('refuses %s', (_, options, message) => {
    expect(() => start(options)).toThrow(TypeError)
    expect(() => start(options)).toThrow(message)
  })

  it.each<[unknown, RegExp]>([
    ['hello', /args 'hello'/],
    [{ lines: true }, /args \[Object\]|args {/],
    [null, /args null/],
    [5, /args 5/],
  ])('refuses %j in place of a list of arguments', (args, message) => {
    expect(() => run('echo', args as never)).toThrow(TypeError)
    expect(() => run('echo', args as never)).toThrow(message)
  })

  it.each([5, undefined, null, {}, 'a\0b'])('refuses %j as a program', (file) => {
    expect(() => run(file as never)).toThrow(TypeError)
  })

  it('has advice for no option that it has', () => {
    expect(
      Object.keys(ADVICE).filter((name) => name in RUN_NAMES && ADVICE[name] === undefined),
    ).toEqual([])
    for (const name of Object.keys(ADVICE)) {
      if (name in RUN_NAMES) continue
      expect(() => start({ [name]: 'x' })).toThrow(ADVICE[name])
    }
  })

  it('has advice of its own for what it does as well as spawn()', () => {
    const advice = Object.entries(ADVICE).filter(([name]) => !(name in RUN_NAMES))
    const ofSpawn = advice.filter(([, text]) => /child\.|spawn\(/.test(text))
    expect(ofSpawn.map(([name]) => name)).toEqual(['persist'])
  })
})
