import type { ResourceLimit } from '../../spawn/options.js'
import type { Launch } from './launch.js'

/** What the shell prologue (lib/cli/prologue.sh) has noted of the world before Node. */
export interface Captured {
  /** `/proc/self/status` and `/proc/self/limits` of a program that the shell ran. */
  notes: string
  /** The whole environment, or `undefined` if it could not be read or was too long. */
  environment: Buffer[] | undefined
}

/** Splits the notes from the environment, which is base64 with a full stop behind it if it is whole. */
export function parseCaptured(text: string): Captured {
  const [, notes = '', whole] = /^([^=]*)=\n?(?:([\s\S]*)\.)?/.exec(text) ?? []
  return {
    notes,
    environment: whole === undefined ? undefined : splitAtNul(Buffer.from(whole, 'base64')),
  }
}

// The prologue renames the variables that must not act on pid1's own Node, and adds two.
const KEPT = 'sexton_kept_'
const ADDED: ReadonlySet<string> = new Set(['sexton_env', 'OPENSSL_CONF'])

/** A variable of pid1's Node as the prologue found it: one entry, or none if the prologue added it. */
export function restored(entry: Buffer): Buffer[] {
  const name = entry.toString('latin1', 0, entry.indexOf('='))
  if (ADDED.has(name)) return []
  return [name.startsWith(KEPT) ? entry.subarray(KEPT.length) : entry]
}

/** Resource limits that the prologue changed for Node. */
export type Limits = Partial<Record<keyof typeof LIMITS, ResourceLimit>>

interface Note extends Pick<Launch, 'words' | 'fds' | 'ignored'> {
  /** Whether the prologue has left one at all. */
  launched: boolean
  /** `undefined`: the prologue could not tell. */
  blocked: readonly number[] | undefined
}

// Descriptors : blocked : ignored.
const NOTE = /^--launched=([\d,]*):([0-9a-f]{16})?:([0-9a-f]{16})?$/

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

function signalsOf(mask: string | undefined): number[] | undefined {
  if (mask === undefined) return undefined
  const bits = BigInt(`0x${mask}`)
  return Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => (bits >> BigInt(n - 1)) & 1n)
}

/** The strings of a block in which each is followed by a NUL; the last may have lost its own. */
export function splitAtNul(bytes: Buffer): Buffer[] {
  const strings: Buffer[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start)
    strings.push(bytes.subarray(start, end < 0 ? bytes.length : end))
    start = end < 0 ? bytes.length : end + 1
  }
  return strings
}
