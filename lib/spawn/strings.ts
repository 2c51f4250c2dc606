import { fileURLToPath } from 'node:url'
import { quote } from '../base/errors.js'
import type { Bytes, Environment } from './options.js'
import { ownEnvironment, splitBlock, withOwnBytes } from './own-environment.js'

const encoder = new TextEncoder()

/** One string as the kernel wants it: its bytes and a NUL. */
export function encode(name: string, value: Bytes): Uint8Array {
  const bytes = typeof value === 'string' ? encoder.encode(value) : value
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`${name} must be a string or bytes, not ${quote(value)}`)
  }
  if (bytes.includes(0)) {
    throw new TypeError(`${name} must not contain a NUL byte: ${JSON.stringify(String(value))}`)
  }
  const terminated = new Uint8Array(bytes.length + 1)
  terminated.set(bytes)
  return terminated
}

/** Many of them, one after the other. */
export function block(strings: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(strings)
}

/** Program name and arguments. */
export function encodeArguments(argv0: Bytes, args: readonly Bytes[]): Uint8Array {
  return block([
    encode('argv0', argv0),
    ...args.map((argument, i) => encode(`argument ${i}`, argument)),
  ])
}

/** A variable by which systemd names one process: see sd_listen_fds(3), sd_watchdog_enabled(3), systemd.exec(5). */
export type PidVariable = 'LISTEN_PID' | 'LISTEN_PIDFDID' | 'SYSTEMD_EXEC_PID' | 'WATCHDOG_PID'

/**
 * The environment; without `env` the process's own, byte for byte.
 *
 * @param naming The variables that are to name the child, where they are set.
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
  if (isList(env)) return env.map((entry, i) => encode(`env[${i}]`, entry))
  return env === undefined ? withOwnBytes(encodeRecord(process.env)) : encodeRecord(env)
}

function isList(env: Environment | undefined): env is readonly Bytes[] {
  return Array.isArray(env)
}

// The child writes over the zeros; native/spawn/exec.cc counts on as many: a pid has at most ten
// digits, an id of a pidfd twenty.
function withRoom(entry: Uint8Array, naming: readonly PidVariable[]): Uint8Array {
  const text = Buffer.from(entry).toString('latin1')
  const name = naming.find((each) => text.startsWith(`${each}=`))
  if (name === undefined) return entry
  return encode(name, `${name}=${'0'.repeat(name === 'LISTEN_PIDFDID' ? 20 : 10)}`)
}

function encodeRecord(env: Readonly<Record<string, Bytes | undefined>>): Uint8Array[] {
  const variables: Uint8Array[] = []
  // Inherited properties count, as they do for child_process: Object.create(process.env) is usual.
  for (const name in env) {
    const value = env[name]
    if (value === undefined) continue
    checkVariableName(name)
    const key = encode(`the environment variable ${quote(name)}`, `${name}=`).subarray(0, -1)
    variables.push(Buffer.concat([key, encode(`the value of ${name}`, value)]))
  }
  return variables
}

function checkVariableName(name: string): void {
  if (name !== '' && !name.includes('=')) return
  throw new TypeError(`env must have names without '=', for example 'PATH', not ${quote(name)}`)
}

/** A directory, given as text, bytes or a `file:` URL. */
export function encodeDirectory(cwd: Bytes | URL | undefined): Uint8Array | undefined {
  if (cwd === undefined) return undefined
  return encode('cwd', cwd instanceof URL ? fileURLToPath(cwd) : cwd)
}

/** What the child is to try in turn: the file itself, or its name in each directory of `PATH`. */
export function encodeFiles(file: Bytes, env: Environment | undefined): Uint8Array {
  const name = encode('file', file)
  // No name at all is found nowhere, as execvp(3) has it.
  if (name.length === 1 || name.includes(SLASH)) return name
  const path = Buffer.from(pathOf(env) ?? DEFAULT_PATH)
  return block(
    splitPath(path).map((directory) =>
      // An empty entry is the working directory (execvp(3)).
      directory.length === 0 ? name : Buffer.concat([directory, SEPARATOR, name]),
    ),
  )
}

function pathOf(env: Environment | undefined): Bytes | undefined {
  if (!isList(env)) return (env ?? process.env).PATH
  const name = 'PATH='
  const entry = env.map((each) => Buffer.from(each)).find((each) => each.indexOf(name) === 0)
  return entry?.subarray(name.length)
}

const SLASH = 0x2f
const COLON = 0x3a
const SEPARATOR = Uint8Array.of(SLASH)
const DEFAULT_PATH = '/bin:/usr/bin' // what confstr(_CS_PATH) gives on Linux

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
