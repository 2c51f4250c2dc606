import { fileURLToPath } from 'node:url'
import { invalid } from '../base/errors.js'
import type { Bytes, Environment } from './options.js'
import { ownEnvironment, splitBlock, withOwnBytes } from './own-environment.js'

const encoder = new TextEncoder()

/** Encodes a string for the kernel: its bytes and a NUL. */
export function encode(name: string, value: Bytes): Uint8Array {
  const bytes = typeof value === 'string' ? encoder.encode(value) : value
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(invalid(name, value, 'a string or bytes'))
  }
  if (bytes.includes(0)) {
    throw new TypeError(`invalid ${name} ${JSON.stringify(String(value))}: expected no NUL byte`)
  }
  const terminated = new Uint8Array(bytes.length + 1)
  terminated.set(bytes)
  return terminated
}

/** Joins encoded strings to a block. */
export function block(strings: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(strings)
}

/** Encodes the program's name and its arguments. */
export function encodeArguments(argv0: Bytes, args: readonly Bytes[]): Uint8Array {
  return block([
    encode('argv0', argv0),
    ...Array.from(args, (argument, i) => encode(`argument ${i}`, argument)),
  ])
}

/** A variable in which systemd names a process: see sd_listen_fds(3), sd_watchdog_enabled(3), systemd.exec(5). */
export type PidVariable = 'LISTEN_PID' | 'LISTEN_PIDFDID' | 'SYSTEMD_EXEC_PID' | 'WATCHDOG_PID'

/**
 * Encodes the environment. Without `env` it is this process's own, byte for byte.
 *
 * @param naming The variables that the child sets to its own pid, if they are present.
 */
export function encodeEnvironment(
  env: Environment | undefined,
  naming: readonly PidVariable[],
): Uint8Array {
  const own = env === undefined ? ownEnvironment() : undefined
  if (naming.length === 0) return own ?? block(entriesOf(env))
  const entries = own === undefined ? entriesOf(env) : splitBlock(own)
  return block(entries.map((entry) => withRoom(entry, naming)))
}

function entriesOf(env: Environment | undefined): readonly Uint8Array[] {
  if (isList(env)) return Array.from(env, (entry, i) => encode(`env[${i}]`, entry))
  return env === undefined ? withOwnBytes(encodeRecord(process.env)) : encodeRecord(env)
}

function isList(env: Environment | undefined): env is readonly Bytes[] {
  return Array.isArray(env)
}

// Reserves room for an id as zeros, which the child overwrites. native/spawn/exec.cc relies on their number: a pid has at
// most 10 digits, the id of a pidfd at most 20.
function withRoom(entry: Uint8Array, naming: readonly PidVariable[]): Uint8Array {
  const text = Buffer.from(entry).toString('latin1')
  const name = naming.find((each) => text.startsWith(`${each}=`))
  if (name === undefined) return entry
  return encode(name, `${name}=${'0'.repeat(name === 'LISTEN_PIDFDID' ? 20 : 10)}`)
}

function encodeRecord(env: Readonly<Record<string, Bytes | undefined>>): Uint8Array[] {
  const variables: Uint8Array[] = []
  // Inherited properties count, as in child_process, because many programs use Object.create(process.env).
  for (const name in env) {
    const value = env[name]
    if (value === undefined) continue
    checkVariableName(name)
    const key = encode('name in env', `${name}=`).subarray(0, -1)
    variables.push(Buffer.concat([key, encode(`env.${name}`, value)]))
  }
  return variables
}

function checkVariableName(name: string): void {
  if (name !== '' && !name.includes('=')) return
  const expected = "a name without '=', for example 'PATH'"
  throw new TypeError(invalid('name in env', name, expected))
}

/** Encodes a directory that is given as text, bytes or a `file:` URL. */
export function encodeDirectory(cwd: Bytes | URL | undefined): Uint8Array | undefined {
  if (cwd === undefined) return undefined
  return encode('cwd', cwd instanceof URL ? fileURLToPath(cwd) : cwd)
}

/**
 * Lists the paths that the child tries in turn: the file itself, or its name in each directory of `PATH`.
 *
 * @param environment The environment of the child, with the exact bytes of `PATH`.
 */
export function encodeFiles(file: Bytes, environment: Uint8Array): Uint8Array {
  const name = encode('file', file)
  // Like execvp(3), do not search for an empty name.
  if (name.length === 1 || name.includes(SLASH)) return name
  const path = pathOf(environment) ?? Buffer.from(DEFAULT_PATH)
  return block(
    splitPath(path).map((directory) =>
      // An empty entry means the working directory (execvp(3)).
      directory.length === 0 ? name : Buffer.concat([directory, SEPARATOR, name]),
    ),
  )
}

function pathOf(environment: Uint8Array): Uint8Array | undefined {
  const { buffer, byteOffset, byteLength } = environment
  const block = Buffer.from(buffer, byteOffset, byteLength)
  const name = 'PATH='
  const isFirst = block.indexOf(name) === 0
  const before = isFirst ? -1 : block.indexOf(`\0${name}`)
  if (!isFirst && before < 0) return undefined
  const start = before + 1 + name.length
  return block.subarray(start, block.indexOf(0, start))
}

const SLASH = 0x2f
const COLON = 0x3a
const SEPARATOR = Uint8Array.of(SLASH)
const DEFAULT_PATH = '/bin:/usr/bin' // the value of confstr(_CS_PATH) on Linux

function splitPath(path: Uint8Array): Uint8Array[] {
  const directories: Uint8Array[] = []
  let start = 0
  for (let end = path.indexOf(COLON); end >= 0; end = path.indexOf(COLON, start)) {
    directories.push(path.subarray(start, end))
    start = end + 1
  }
  directories.push(path.subarray(start))
  return directories
}
