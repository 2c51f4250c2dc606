import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../../../lib/cli/exporter/arguments.js'
import { UsageError } from '../../../../lib/cli/usage-error.js'

describe('The arguments of sexton exporter', () => {
  it.each([
    ['', { kind: 'serve', address: '127.0.0.1', port: 10_177 }],
    ['--port 0', { kind: 'serve', address: '127.0.0.1', port: 0 }],
    ['--port=65535 --address ::1', { kind: 'serve', address: '::1', port: 65_535 }],
    ['--address 0.0.0.0', { kind: 'serve', address: '0.0.0.0', port: 10_177 }],
    ['--port x -h', { kind: 'help' }],
    ['-V', { kind: 'version' }],
  ])("are read: '%s'", (words, expected) => {
    expect(parseArguments(words.split(' ').filter(Boolean))).toEqual(expected)
  })

  it.each([
    ['--port 65536', "invalid --port '65536': expected a number from 0 to 65535"],
    ['--port -1', "invalid --port '-1'"],
    ['--port 1e3', "invalid --port '1e3'"],
    ['--port=', "invalid --port ''"],
    ['--port', 'option --port needs a value'],
    ['--address localhost', "invalid --address 'localhost': expected an IP address, for example"],
    ['--address 1.2.3', "invalid --address '1.2.3'"],
    ['--adress ::1', "unknown option '--adress'; did you mean '--address'?"],
    ['9100', "invalid argument '9100': expected options only"],
  ])("are refused: '%s'", (words, message) => {
    const parse = () => parseArguments(words.split(' '))
    expect(parse).toThrow(UsageError)
    expect(parse).toThrow(message)
    expect(parse).toThrow("\nTry 'sexton exporter --help'.")
  })
})
