import { constants } from 'node:os'
import type { ResourceLimit } from '../../spawn/options.js'
import { splitAtNul } from '../raw-arguments.js'

// The shell prologue (lib/cli/prologue.sh) notes the state before Node starts, in two places. The first argument,
// `--launched=…`, holds the inherited descriptors and the signal sets. The variable `sexton_env` holds two files of
// /proc and the environment in base64. This module parses both, and undoes what the prologue changed.

/** The contents of the variable `sexton_env`. */
export interface Captured {
  /** `/proc/self/status` and `/proc/self/limits` of a program that the shell ran. */
  notes: string
  /** The whole environment; `undefined` if it could not be read or was too long. */
  environment: Buffer[] | undefined
}

/** Splits the notes from the environment. The base64 of a whole environment ends with a full stop. */
export function parseCaptured(text: string): Captured {
  // No regular expression: on a long environment its stack would take half a megabyte.
  const start = text.indexOf('=')
  const end = text.lastIndexOf('.')
  if (start < 0) return { notes: '', environment: undefined }
  const isWhole = end > start
  return {
    notes: text.slice(0, start),
    environment: isWhole
      ? splitAtNul(Buffer.from(text.slice(start + 1, end), 'base64'))
      : undefined,
  }
}

// The prologue renames variables that must not affect pid1's own Node, and adds two.
const KEPT = 'sexton_kept_'
const ADDED: ReadonlySet<string> = new Set(['sexton_env', 'OPENSSL_CONF'])

/** Restores a variable of pid1's Node: one entry, or none if the prologue added it. */
export function restored(entry: Buffer): Buffer[] {
  const name = entry.toString('latin1', 0, entry.indexOf('='))
  if (ADDED.has(name)) return []
  return [name.startsWith(KEPT) ? entry.subarray(KEPT.length) : entry]
}

/** The original values of the resource limits that the prologue changed for Node. */
export type Limits = Partial<Record<keyof typeof LIMITS, ResourceLimit>>

interface Note {
  /** Whether the prologue left a note. */
  launched: boolean
  /** The words after the note. */
  words: readonly Buffer[]
  /** Inherited descriptors from 3 on. */
  fds: readonly number[]
  ignored: readonly number[]
  /** `undefined` if the prologue could not read the blocked signals. */
  blocked: readonly number[] | undefined
}

// The parts are descriptors, blocked signals and ignored signals.
const NOTE = /^--launched=([\d,]*):([0-9a-f]{16})?:([0-9a-f]{16})?$/

/** Parses the first word, if it is the prologue's note. */
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

const { SIGQUIT } = constants.signals

const LIMITS = {
  nofile: 'Max open files',
  as: 'Max address space',
  data: 'Max data size',
  stack: 'Max stack size',
} as const

/** Parses the limits in `/proc/self/limits`. */
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
 * Removes from the sets the signals that only the shell itself ignores or blocks. The notes hold the sets of a
 * program that the shell ran: bash, busybox and zsh ignore SIGQUIT themselves, but not in a program. The note has no
 * blocked signals from zsh and yash, which block some themselves.
 */
export function signalSets(
  { ignored, blocked }: Pick<Note, 'ignored' | 'blocked'>,
  notes: string,
): { ignored: readonly number[]; blocked: readonly number[] } {
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

function signalsOf(mask: string | undefined): number[] | undefined {
  if (mask === undefined) return undefined
  const bits = BigInt(`0x${mask}`)
  return Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => (bits >> BigInt(n - 1)) & 1n)
}
