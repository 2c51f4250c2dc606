import type { Limits } from './surroundings.js'

/** How a shim was started, besides its options. */
export interface Launch {
  /** Whether it is in the background. */
  isDaemon: boolean
  /** The limits that the manager gave, where Node has changed them. */
  limits: Limits
  /** The words that the manager gave. */
  words: readonly string[]
  /** The words with which the shim can start itself again. */
  notes: readonly string[]
}

/** The word in front of the options by which a shim knows that it is in the background. */
export const DAEMON = '--daemon'

const LIMITS = /^--launched=(\d+|unlimited)\n(\d+|unlimited)$/

/** Reads the words of the command line: first those of the program's prologue and of its foreground. */
export function readLaunch(words: readonly string[]): Launch {
  const [, soft, hard] = LIMITS.exec(words[0] ?? '') ?? []
  const notes = soft === undefined ? [] : words.slice(0, 1)
  const rest = words.slice(notes.length)
  const isDaemon = rest[0] === DAEMON
  const limits: Limits =
    soft === undefined ? {} : { nofile: { soft: limitIn(soft), hard: limitIn(hard as string) } }
  return { isDaemon, limits, words: isDaemon ? rest.slice(1) : rest, notes }
}

function limitIn(text: string): number {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text)
}
