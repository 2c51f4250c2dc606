import { closeSync, readFileSync } from 'node:fs'
import { parseCaptured } from './captured.js'
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
  /** The descriptor that the environment is to be read from. */
  capture: number | undefined
  limit: string | undefined
}

// Descriptor 9 or nothing : other descriptors : limit : blocked : ignored.
const NOTE = /^--launched=(9?):([\d,]*):(\d+|unlimited)?:([0-9a-f]{16})?:([0-9a-f]{16})?$/

export function readLaunch(): Launch {
  const { capture, limit, ...noted } = parseNote(rawArguments())
  const own = () => ({ environment: ownEnvironment(), limit })
  const world = capture === undefined ? own() : captured(capture)
  return { ...noted, environment: world.environment, softLimit: limitOf(world.limit) }
}

/** What the first word says of the world, if it is the prologue's, and the words after it. */
export function parseNote(words: readonly Buffer[]): Note {
  const note = NOTE.exec(words[0]?.toString('latin1') ?? '')
  const [, capture, fds = '', limit, blocked, ignored] = note ?? []
  return {
    words: note === null ? words : words.slice(1),
    fds: fds
      .split(',')
      .filter(Boolean)
      .map(Number)
      .filter((fd) => fd > 2),
    ignored: signalsOf(ignored),
    blocked: signalsOf(blocked),
    capture: capture ? Number(capture) : undefined,
    limit,
  }
}

function limitOf(text = ''): number | undefined {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text) || undefined
}

function captured(fd: number): { environment: Buffer[]; limit: string } {
  const { environment, withheld, limit } = parseCaptured(readFileSync(fd))
  closeSync(fd)
  return { environment: environment ?? [...ownEnvironment(), ...withheld], limit }
}

function ownEnvironment(): Buffer[] {
  try {
    return splitAtNul(readFileSync('/proc/self/environ'))
  } catch {
    return Object.entries(process.env).map(([name, value]) => Buffer.from(`${name}=${value}`))
  }
}

function signalsOf(mask: string | undefined): number[] {
  const bits = BigInt(`0x${mask ?? 0}`)
  return Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => (bits >> BigInt(n - 1)) & 1n)
}
