import { SextonError } from '../errors.js'

/** `pid1` was started without a command to run. */
export class NoCommandGiven extends SextonError {
  constructor() {
    super('ERR_NO_COMMAND', 'no command given')
  }
}

/** What the command line asks for. */
export type Request =
  | { kind: 'run'; subreaper: boolean; command: [file: Buffer, ...args: Buffer[]] }
  | { kind: 'help' | 'version' }

/**
 * Reads the command line, as bytes. Options end at `--` or at the first word that is none, so that the
 * command's own options stay the command's.
 *
 * @throws {NoCommandGiven}
 * @throws {RangeError} for an unknown option.
 */
export function parseArguments(words: readonly Buffer[]): Request {
  let subreaper = false
  let at = 0
  for (; at < words.length; at += 1) {
    const word = (words[at] as Buffer).toString('latin1')
    if (!word.startsWith('-') || word === '-') break
    if (word === '--') {
      at += 1
      break
    }
    if (word === '-h' || word === '--help') return { kind: 'help' }
    if (word === '-V' || word === '--version') return { kind: 'version' }
    if (word !== '-s' && word !== '--subreaper') throw new RangeError(`unknown option '${word}'`)
    subreaper = true
  }
  const [file, ...args] = words.slice(at)
  if (file === undefined) throw new NoCommandGiven()
  return { kind: 'run', subreaper, command: [file, ...args] }
}
