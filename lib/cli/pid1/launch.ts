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
 * What the shell prologue (lib/cli/prologue.sh) has noted of the world before Node. Node empties the
 * signal mask, resets ignored signals, raises the soft limit of descriptors and marks inherited ones to
 * be closed. A shell drops variables whose names it cannot use, and the prologue raises other soft
 * limits. Without the prologue, the world is as Node has left it.
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
  /** The limits that were changed for Node, as they were. */
  limits: Limits
}

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
 * The arguments of this program as the bytes they were given as: Node has decoded `process.argv` as
 * UTF-8, which loses all that is none. Node's own arguments come first and are left out.
 */
export function rawArguments(): Buffer[] {
  const decoded = process.argv.slice(2)
  const raw = readCommandLine()?.slice(-decoded.length)
  return decoded.map((word, i) => {
    // A process title (NODE_OPTIONS=--title=…) is written over these bytes: believe only what fits.
    const bytes = raw?.[i]
    return bytes !== undefined && bytes.toString() === word ? bytes : Buffer.from(word)
  })
}

// Without /proc what Node has decoded is all there is.
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
