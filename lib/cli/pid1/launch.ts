import { attempt, SextonError } from '../../base/errors.js'
import { readOwnFile } from '../../system/proc.js'
import { rawArguments, splitAtNul } from '../raw-arguments.js'
import {
  type Limits,
  limitsIn,
  parseCaptured,
  parseNote,
  restored,
  signalSets,
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

function ownEnvironment(): Buffer[] {
  const environment = attempt(() => readOwnFile('environ'))
  if (environment instanceof SextonError) {
    return Object.entries(process.env).map(([name, value]) => Buffer.from(`${name}=${value}`))
  }
  return splitAtNul(environment)
}
