import { describe, expect, it } from 'vitest'
import { NoCommandGiven, parseArguments } from '../../../lib/cli/arguments.js'
import { SextonError } from '../../../lib/errors.js'

const parse = (...words: string[]) => parseArguments(words.map((word) => Buffer.from(word)))

/** What is to be run, as text. */
function commandOf(...words: string[]): { subreaper: boolean; command: string[] } {
  const request = parse(...words)
  if (request.kind !== 'run') throw new Error(`a request to run, not ${request.kind}`)
  return { subreaper: request.subreaper, command: request.command.map(String) }
}

describe('parseArguments', () => {
  it('takes a command without any option', () => {
    expect(commandOf('ls', '-l')).toEqual({ subreaper: false, command: ['ls', '-l'] })
  })

  it('ends its options at --, which is not part of the command', () => {
    expect(commandOf('--', 'ls')).toEqual({ subreaper: false, command: ['ls'] })
    expect(commandOf('-s', '--', '-s')).toEqual({ subreaper: true, command: ['-s'] })
  })

  it("leaves the command's own options and -- to the command", () => {
    const words = ['sh', '-s', '--help', '--', '-V']
    expect(commandOf(...words)).toEqual({ subreaper: false, command: words })
    expect(commandOf('--', '--', 'x').command).toEqual(['--', 'x'])
  })

  it.each(['-s', '--subreaper'])('takes %s', (option) => {
    expect(commandOf(option, 'ls')).toEqual({ subreaper: true, command: ['ls'] })
    expect(commandOf(option, option, '--', 'ls').subreaper).toBe(true)
  })

  it.each([
    ['-h', 'help'],
    ['--help', 'help'],
    ['-V', 'version'],
    ['--version', 'version'],
  ])('takes %s, command or not', (option, kind) => {
    expect(parse(option)).toEqual({ kind })
    expect(parse('-s', option, 'ls')).toEqual({ kind })
  })

  it.each([[[]], [['--']], [['-s']], [['-s', '--']]])('misses the command in %j', (words) => {
    expect(() => parse(...words)).toThrow(NoCommandGiven)
    expect(() => parse(...words)).toThrow(SextonError)
    expect(() => parse(...words)).toThrow(expect.objectContaining({ code: 'ERR_NO_COMMAND' }))
  })

  it.each(['-x', '--nope', '-sh', '--subreaper=1', '---'])('refuses %s, quoting it', (option) => {
    expect(() => parse(option, 'ls')).toThrow(RangeError)
    expect(() => parse(option, 'ls')).toThrow(`'${option}'`)
  })

  it('takes a lone dash and an empty word for commands', () => {
    expect(commandOf('-', 'x').command).toEqual(['-', 'x'])
    expect(commandOf('').command).toEqual([''])
  })

  it('keeps bytes that are no UTF-8', () => {
    const raw = Buffer.from([0x2d, 0xff, 0xfe])
    const request = parseArguments([Buffer.from('--'), raw, raw])
    expect(request).toEqual({ kind: 'run', subreaper: false, command: [raw, raw] })
  })
})
