import { attempt, SextonError } from '../../errors.js'
import { readOwnFile } from '../../proc.js'
import { parseCaptured, restored } from './captured.js'
import { splitAtNul } from './nul-separated.js'
import { rawArguments } from './raw-arguments.js'

/**
 * What the shell prologue (lib/cli/prologue.sh) has noted of the world before Node: Node empties the
 * signal mask, resets ignored signals, raises the soft limit of descriptors and marks inherited ones to
 * be closed, and a shell drops variables whose names it cannot use. Started without it, all is as far
 * as Node has left it.
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
  /** The soft limit of descriptors as it was. */
  softLimit: number | undefined
}

interface Note extends Pick<Launch, 'words' | 'fds' | 'ignored' | 'blocked'> {
  /** Whether the prologue has left one at all. */
  launched: boolean
}

// Descriptors : blocked : ignored.
const NOTE = /^--launched=([\d,]*):([0-9a-f]{16})?:([0-9a-f]{16})?$/

export function readLaunch(): Launch {
  const { launched, ...noted } = parseNote(rawArguments())
  if (!launched) return { ...noted, environment: ownEnvironment(), softLimit: undefined }
  const { limit, environment } = parseCaptured(process.env.sexton_env ?? '')
  return {
    ...noted,
    environment: environment ?? ownEnvironment().flatMap(restored),
    softLimit: limitOf(limit),
  }
}

/** What the first word says of the world, if it is the prologue's, and the words after it. */
export function parseNote(words: readonly Buffer[]): Note {
  const note = NOTE.exec(words[0]?.toString('latin1') ?? '')
  const [, fds = '', blocked, ignored] = note ?? []
  return {
    launched: note !== null,
    words: note === null ? words : words.slice(1),
    fds: fds
      .split(',')
      .filter(Boolean)
      .map(Number)
      .filter((fd) => fd > 2),
    ignored: signalsOf(ignored),
    blocked: signalsOf(blocked),
  }
}

function limitOf(text: string): number | undefined {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text) || undefined
}

function ownEnvironment(): Buffer[] {
  const environment = attempt(() => readOwnFile('environ'))
  if (environment instanceof SextonError) {
    return Object.entries(process.env).map(([name, value]) => Buffer.from(`${name}=${value}`))
  }
  return splitAtNul(environment)
}

function signalsOf(mask: string | undefined): number[] {
  const bits = BigInt(`0x${mask ?? 0}`)
  return Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => (bits >> BigInt(n - 1)) & 1n)
}
