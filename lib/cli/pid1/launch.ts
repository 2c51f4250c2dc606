import { attempt, SextonError } from '../../base/errors.js'
import { readOwnFile } from '../../system/proc.js'
import {
  type Limits,
  limitsIn,
  parseCaptured,
  parseNote,
  restored,
  signalSets,
  splitAtNul,
} from './prologue-notes.js'

/**
 * The state in which pid1 was started, for the command to inherit. Node changes that state: it empties the signal
 * mask, resets ignored signals, raises the soft limit of descriptors, and marks inherited descriptors
 * close-on-exec. A shell drops variables whose names it cannot use, and the prologue raises other soft limits. So
 * the prologue (lib/cli/prologue.sh) notes the state before. Without the prologue, it is the state that Node left.
 */
export interface Launch {
  /** The arguments, as bytes. */
  words: readonly Buffer[]
  /** The environment as `NAME=value`, byte for byte. */
  environment: readonly Buffer[]
  /** Inherited descriptors from 3 on. */
  fds: readonly number[]
  ignored: readonly number[]
  blocked: readonly number[]
  /** The original values of the limits that were changed for Node. */
  limits: Limits
}

/** Reads the state in which pid1 was started. */
export function readLaunch(): Launch {
  const { launched, ...noted } = parseNote(rawArguments())
  if (!launched) return { ...noted, environment: ownEnvironment(), blocked: [], limits: {} }
  const { notes, environment } = parseCaptured(process.env.sexton_env ?? '')
  return {
    ...noted,
    environment: environment ?? ownEnvironment().flatMap(restored),
    ...signalSets(noted, notes),
    limits: limitsIn(notes),
  }
}

/**
 * Returns the arguments of this program as the original bytes, without Node's own arguments. Node decodes
 * `process.argv` as UTF-8, which loses other bytes.
 */
export function rawArguments(): Buffer[] {
  const decoded = process.argv.slice(2)
  const raw = readCommandLine()?.slice(-decoded.length)
  return decoded.map((word, i) => {
    // A process title (NODE_OPTIONS=--title=…) may have overwritten the bytes. Use them only if they match.
    const bytes = raw?.[i]
    return bytes !== undefined && bytes.toString() === word ? bytes : Buffer.from(word)
  })
}

// Returns `undefined` without /proc: then the arguments that Node decoded have to do.
function readCommandLine(): Buffer[] | undefined {
  const line = attempt(() => readOwnFile('cmdline'))
  return line instanceof SextonError ? undefined : splitAtNul(line)
}

function ownEnvironment(): Buffer[] {
  const environment = attempt(() => readOwnFile('environ'))
  if (environment instanceof SextonError) {
    return Object.entries(process.env).map(([name, value]) => Buffer.from(`${name}=${value}`))
  }
  return splitAtNul(environment)
}
