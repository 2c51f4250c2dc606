import { fileURLToPath } from 'node:url'
import { invalid } from '../base/errors.js'
import type { Bytes } from './options.js'

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
  // Most are text, and one conversion takes a fraction of the time of several.
  if (isText(argv0) && args.length === 0) return Buffer.from(`${argv0}\0`)
  if (isText(argv0) && areText(args)) return Buffer.from(`${argv0}\0${args.join('\0')}\0`)
  return block([
    encode('argv0', argv0),
    ...Array.from(args, (argument, i) => encode(`argument ${i}`, argument)),
  ])
}

function isText(value: Bytes): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

// A `for` loop over indices also visits the holes of the array.
function areText(values: readonly Bytes[]): values is readonly string[] {
  for (let i = 0; i < values.length; i += 1) if (!isText(values[i] as Bytes)) return false
  return true
}

/** Encodes a directory that is given as text, bytes or a `file:` URL. */
export function encodeDirectory(cwd: Bytes | URL | undefined): Uint8Array | undefined {
  if (cwd === undefined) return undefined
  return encode('cwd', cwd instanceof URL ? fileURLToPath(cwd) : cwd)
}

// The last search, which often is the next one too: each names every directory of PATH.
let latest: { file: string; environment: Uint8Array; files: Uint8Array } | undefined

/**
 * Lists the paths that the child tries in turn: the file itself, or its name in each directory of `PATH`.
 *
 * @param environment The environment of the child, with the exact bytes of `PATH`. Nobody changes it afterwards.
 */
export function encodeFiles(file: Bytes, environment: Uint8Array): Uint8Array {
  if (latest?.file === file && latest.environment === environment) return latest.files
  const files = search(file, environment)
  if (typeof file === 'string') latest = { file, environment, files }
  return files
}

function search(file: Bytes, environment: Uint8Array): Uint8Array {
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

/** Where programs are searched without `PATH`: the value of confstr(_CS_PATH) on Linux. */
export const DEFAULT_PATH = '/bin:/usr/bin'

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
