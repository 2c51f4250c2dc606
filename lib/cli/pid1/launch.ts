import { attempt, SextonError } from '../../base/errors.js'
import type { ResourceLimit } from '../../spawn/options.js'
import { readOwnFile } from '../../system/proc.js'
import { splitAtNul } from './nul-separated.js'
import { parseCaptured, restored } from './prologue-notes.js'
import { rawArguments } from './raw-arguments.js'

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

type Limits = Partial<Record<keyof typeof LIMITS, ResourceLimit>>

interface Note extends Pick<Launch, 'words' | 'fds' | 'ignored'> {
  /** Whether the prologue has left one at all. */
  launched: boolean
  /** `undefined`: the prologue could not tell. */
  blocked: readonly number[] | undefined
}

// Descriptors : blocked : ignored.
const NOTE = /^--launched=([\d,]*):([0-9a-f]{16})?:([0-9a-f]{16})?$/

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
    ignored: signalsOf(ignored) ?? [],
    blocked: signalsOf(blocked),
  }
}

const SIGQUIT = 3

const LIMITS = {
  nofile: 'Max open files',
  as: 'Max address space',
  data: 'Max data size',
  stack: 'Max stack size',
} as const

/** The limits in the text of `/proc/self/limits`. */
export function limitsIn(notes: string): Limits {
  const limits: Limits = {}
  for (const [name, title] of Object.entries(LIMITS)) {
    const [, soft, hard] = new RegExp(`^${title} +(\\w+) +(\\w+)`, 'm').exec(notes) ?? []
    if (soft === undefined || hard === undefined) continue
    limits[name as keyof typeof LIMITS] = { soft: limitOf(soft), hard: limitOf(hard) }
  }
  return limits
}

/**
 * The sets of signals without those that the shell itself ignores or blocks. The notes tell the sets of
 * a program that it ran: bash, busybox and zsh ignore SIGQUIT, but not in a program. The prologue does
 * not tell what zsh and yash block.
 */
export function signalSets(
  { ignored, blocked }: Pick<Note, 'ignored' | 'blocked'>,
  notes: string,
): Pick<Launch, 'ignored' | 'blocked'> {
  const ignoredInProgram = signalsOf(/^SigIgn:\s*([0-9a-f]{16})$/m.exec(notes)?.[1]) ?? ignored
  const blockedInProgram = signalsOf(/^SigBlk:\s*([0-9a-f]{16})$/m.exec(notes)?.[1]) ?? []
  return {
    ignored: ignored.filter((n) => n !== SIGQUIT || ignoredInProgram.includes(n)),
    blocked: blocked ?? blockedInProgram,
  }
}

function limitOf(text: string): number {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text)
}

function ownEnvironment(): Buffer[] {
  const environment = attempt(() => readOwnFile('environ'))
  if (environment instanceof SextonError) {
    return Object.entries(process.env).map(([name, value]) => Buffer.from(`${name}=${value}`))
  }
  return splitAtNul(environment)
}

function signalsOf(mask: string | undefined): number[] | undefined {
  if (mask === undefined) return undefined
  const bits = BigInt(`0x${mask}`)
  return Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => (bits >> BigInt(n - 1)) & 1n)
}
