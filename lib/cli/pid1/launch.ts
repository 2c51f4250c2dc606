import { readFileSync } from 'node:fs'
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

// Descriptors : blocked : ignored.
const NOTE = /^--launched=([\d,]*):([0-9a-f]{16})?:([0-9a-f]{16})?$/

export function readLaunch(): Launch {
  const [first, ...rest] = rawArguments()
  const note = NOTE.exec(first?.toString('latin1') ?? '')
  if (note === null) {
    const words = first === undefined ? [] : [first, ...rest]
    const environment = ownEnvironment()
    return { words, environment, fds: [], ignored: [], blocked: [], softLimit: undefined }
  }
  const [, fds = '', blocked, ignored] = note
  const noted = captured()
  return {
    words: rest,
    environment: noted.environment,
    fds: fds
      .split(',')
      .filter(Boolean)
      .map(Number)
      .filter((fd) => fd > 2),
    ignored: signalsOf(ignored),
    blocked: signalsOf(blocked),
    softLimit: limitOf(noted.limit),
  }
}

function limitOf(text = ''): number | undefined {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text) || undefined
}

// First the limit, then the whole environment and a full stop, unless it could not be read or was too long.
function captured(): { environment: Buffer[]; limit: string } {
  const [, limit = '', whole] = /^(\w*)(?:\n([\s\S]*)\.)?$/.exec(process.env.sexton_env ?? '') ?? []
  if (whole !== undefined) return { environment: entries(Buffer.from(whole, 'base64')), limit }
  return { environment: ownEnvironment().flatMap(restored), limit }
}

// As the prologue has named what it adds, and what it keeps from this Node: options and slow certificates
// are the command's matter; and a channel to a parent is the command's: two that read from it would each
// miss what the other got.
const NAMES: ReadonlyMap<string, string | undefined> = new Map([
  ['sexton_env', undefined],
  ['sexton_options', 'NODE_OPTIONS'],
  ['sexton_certs', 'NODE_EXTRA_CA_CERTS'],
  ['sexton_channel', 'NODE_CHANNEL_FD'],
])

function restored(entry: Buffer): Buffer[] {
  const equals = entry.indexOf('=')
  const name = entry.toString('latin1', 0, equals)
  if (!NAMES.has(name)) return [entry]
  const before = NAMES.get(name)
  const value = entry.subarray(equals)
  return before === undefined || value.length < 2
    ? []
    : [Buffer.concat([Buffer.from(before), value])]
}

function ownEnvironment(): Buffer[] {
  try {
    return entries(readFileSync('/proc/self/environ'))
  } catch {
    return Object.entries(process.env).map(([name, value]) => Buffer.from(`${name}=${value}`))
  }
}

function entries(bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start)
    found.push(bytes.subarray(start, end < 0 ? bytes.length : end))
    start = end < 0 ? bytes.length : end + 1
  }
  return found
}

function signalsOf(mask: string | undefined): number[] {
  const bits = BigInt(`0x${mask ?? 0}`)
  return Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => (bits >> BigInt(n - 1)) & 1n)
}
