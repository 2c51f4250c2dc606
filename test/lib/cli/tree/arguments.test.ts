import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../../../lib/cli/tree/arguments.js'
import { UsageError } from '../../../../lib/cli/usage-error.js'

const parse = (line: string) => parseArguments(line.split(' ').filter(Boolean))
const once = { kind: 'tree', pid: 1, json: false, interval: undefined, colours: 'auto' }

describe('parseArguments', () => {
  it.each([
    ['', once],
    ['45', { ...once, pid: 45 }],
    ['-- 45', { ...once, pid: 45 }],
    ['--json 45', { ...once, pid: 45, json: true }],
    ['45 --json', { ...once, pid: 45, json: true }],
    ['--watch', { ...once, interval: 2 }],
    ['--watch --json', { ...once, interval: 2, json: true }],
    ['45 --watch', { ...once, pid: 45, interval: 2 }],
    ['45 --watch 0.5', { ...once, pid: 45, interval: 0.5 }],
    ['--watch=0.5 45', { ...once, pid: 45, interval: 0.5 }],
    ['--watch 5', { ...once, interval: 5 }],
    ['--watch 5 45', { ...once, pid: 45, interval: 5 }],
    ['--watch -- 45', { ...once, pid: 45, interval: 2 }],
    ['-w 45', { ...once, pid: 45, interval: 2 }],
    ['-n 0.5 45', { ...once, pid: 45, interval: 0.5 }],
    ['-n5 -w', { ...once, interval: 5 }],
    ['--interval=5', { ...once, interval: 5 }],
    ['--color 45', { ...once, pid: 45, colours: 'always' }],
    ['--color=never', { ...once, colours: 'never' }],
    ['-h', { kind: 'help' }],
    ['45 --watch --help', { kind: 'help' }],
    ['-V', { kind: 'version' }],
    ['--version', { kind: 'version' }],
  ])('understands %j', (line, request) => {
    expect(parse(line)).toEqual(request)
  })

  it.each([
    ['0', "invalid PID '0': "],
    ['4194305', "invalid PID '4194305': "],
    ['init', "'init'"],
    ['1.5', "'1.5'"],
    ['0x10', "'0x10'"],
    ['1 2', "'1 2'"],
    ['-5', "'-5'"],
    ['-x', "'-x'"],
    ['--jsno', "unknown option '--jsno'; did you mean '--json'?"],
    ['--json=1', "option --json takes no value, but got '1'"],
    ['--watch=', "invalid --watch '': expected 0.1 to 86400"],
    ['--watch=0', "invalid --watch '0': expected 0.1 to 86400"],
    ['--watch 0', "invalid --watch '0': expected 0.1 to 86400"],
    ['--watch=1e9', "invalid --watch '1e9': expected 0.1 to 86400"],
    ['--watch 86401', "invalid --watch '86401': expected 0.1 to 86400"],
    ['--watch=1.2.3', "invalid --watch '1.2.3': expected 0.1 to 86400"],
    ['--watch=-1', "invalid --watch '-1': expected 0.1 to 86400"],
    ['-n x', "invalid --interval 'x': expected 0.1 to 86400"],
    ['-n', 'option -n needs a value'],
    ['--color=red', "invalid --color 'red': expected auto, always, never"],
    ['--no-json', "'--no-json'"],
    ['--toString', "'--toString'"],
    ['--__proto__', "'--__proto__'"],
  ])('refuses %j, quoting it', (line, message) => {
    expect(() => parse(line)).toThrow(UsageError)
    expect(() => parse(line)).toThrow(message)
  })
})
