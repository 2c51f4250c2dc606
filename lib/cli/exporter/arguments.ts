import { invalid } from '../../base/errors.js'
import { parseOptions, usageError } from '../command-line.js'

/** Where the exporter listens. */
export interface Place {
  /** An IP address. */
  address: string
  /** A port; 0 for any that is free. */
  port: number
}

export type Request = ({ kind: 'serve' } & Place) | { kind: 'help' | 'version' }

const OPTIONS = {
  address: { type: 'string' },
  port: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const

/** The address if none is given: names of processes are for this machine alone. */
export const ADDRESS = '127.0.0.1'
/** The port if none is given: above those from 9100 to 9999, which other exporters have. */
export const PORT = 10_177

const HIGHEST_PORT = 65_535

/**
 * Parses the words after `sexton exporter`.
 *
 * @throws {UsageError} if an option or a value is invalid.
 */
export function parseArguments(words: readonly string[]): Request {
  const { help, version, address, port } = parseOptions('exporter', words, OPTIONS)
  if (help) return { kind: 'help' }
  if (version) return { kind: 'version' }
  return {
    kind: 'serve',
    address: address === undefined ? ADDRESS : parseAddress(String(address)),
    port: port === undefined ? PORT : parsePort(String(port)),
  }
}

function parseAddress(word: string): string {
  // Loaded here: see lib/cli/exporter/server.ts.
  if (process.getBuiltinModule('node:net').isIP(word) !== 0) return word
  const expected = `an IP address, for example ${ADDRESS} or 0.0.0.0`
  throw usageError('exporter', invalid('--address', word, expected))
}

function parsePort(word: string): number {
  const port = /^\d{1,5}$/.test(word) ? Number(word) : Number.NaN
  if (port <= HIGHEST_PORT) return port
  const expected = `a number from 0 to ${HIGHEST_PORT}, for example ${PORT}`
  throw usageError('exporter', invalid('--port', word, expected))
}
