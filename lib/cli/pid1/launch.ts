import { closeSync, readFileSync } from 'node:fs'
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

// Descriptor 9 or nothing : other descriptors : limit : blocked : ignored.
const NOTE = /^--launched=(9?):([\d,]*):(\d+|unlimited)?:([0-9a-f]{16})?:([0-9a-f]{16})?$/
// As much as fits the pipe: an environment of that size has been cut off.
const ROOM = 60_000

export function readLaunch(): Launch {
  const [first, ...rest] = rawArguments()
  const note = NOTE.exec(first?.toString('latin1') ?? '')
  if (note === null) {
    const words = first === undefined ? [] : [first, ...rest]
    const environment = ownEnvironment()
    return { words, environment, fds: [], ignored: [], blocked: [], softLimit: undefined }
  }
  const [, capture, fds = '', limit, blocked, ignored] = note
  const noted = capture ? captured(Number(capture)) : { environment: ownEnvironment(), limit }
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

// First a line for each of the variables that are kept from this Node, then the limit, then the whole
// environment, unless it could not be read or was too long.
function captured(fd: number): { environment: Buffer[]; limit: string } {
  const bytes = readFileSync(fd)
  closeSync(fd)
  const mark = bytes.indexOf(MARK)
  const start = mark + MARK.length
  const end = bytes.indexOf('\n', start)
  const limit = bytes.toString('latin1', start, end)
  const environment = bytes.subarray(end + 1)
  const whole = environment.at(-1) === FULL_STOP && environment.length <= ROOM
  if (whole) return { environment: entries(environment.subarray(0, -1)), limit }
  const kept = bytes.toString('latin1', 2, mark).split('\n//')
  const withheld = WITHHELD.map((name, i) => Buffer.from(`${name}=${kept[i] ?? ''}`, 'latin1'))
  const given = withheld.filter((entry, i) => entry.length > (WITHHELD[i] as string).length + 1)
  return { environment: [...ownEnvironment(), ...given], limit }
}

const FULL_STOP = 0x2e // behind what was read without a failure
const MARK = '\n// and the limit and the environment\n'
// Options and slow certificates are the command's matter; and a channel to a parent is the command's:
// two that read from it would each miss what the other got.
const WITHHELD = ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_CHANNEL_FD']

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
