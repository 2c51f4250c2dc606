import type { Readable, Writable } from 'node:stream'
import { invalid } from '../base/errors.js'
import { failureOf } from './broken-stream.js'
import { type Given, GivenEnd } from './given-end.js'
import { GivenFile } from './given-file.js'
import { GivenFailure, GivenStream, refusalOf } from './given-stream.js'
import type { Bytes } from './options.js'
import { PipeHandle } from './pipe.js'
import { isPipeStream, type PipeStream } from './pipe-stream.js'
import { encode } from './strings.js'

/**
 * What a descriptor of the child refers to.
 *
 * - `'pipe'`: a pipe between the child and a stream of this process. The child reads from descriptor 0, and
 *   writes to 1 and 2.
 * - `'readable'`: a pipe that this process reads, at any descriptor. `'writable'`: a pipe that it writes.
 * - `'inherit'`: the descriptor of this process with the same number.
 * - `'ignore'`: `/dev/null` for descriptors 0 to 2; a closed descriptor from 3 on.
 * - A number, or an object with a number in `fd`: that descriptor of this process.
 * - An end of `pipe()`: it is handed over. This process's descriptor is closed, whether or not the child starts; but
 *   not if `spawn()` throws. The same end may stand at two descriptors, as with `2>&1`. Descriptor 0 takes a
 *   readable end, 1 and 2 a writable one.
 * - The stream of another child, such as `a.stdout`, or one of `PipeHandle.stream()`: it is handed over like an end,
 *   so that no byte passes through this process. Nothing may have been read from it. If that child could not be
 *   started, this one is not started either.
 * - A file: `spawn()` opens it with the rights of this process, for reading at descriptor 0 and for writing at any other,
 *   and closes it here when the child has it. A relative path starts from this process's directory. The same file at two
 *   descriptors is opened once, so that their output is not mixed up. A FIFO is refused.
 */
export type Stdio =
  | 'pipe'
  | 'readable'
  | 'writable'
  | 'inherit'
  | 'ignore'
  | number
  | PipeHandle
  | Readable
  | Writable
  | {
      /** A descriptor of this process. A `FileHandle` and the handle of a socket have this property. */
      readonly fd: number
    }
  | {
      /** The path of a file. */
      readonly file: Bytes
      /** Write at its end and keep what it has, instead of emptying it. Default `false`. */
      readonly append?: boolean
    }

/** A checked `Stdio`: each pipe has a direction, and each descriptor is a number. */
export type Kind = 'readable' | 'writable' | 'inherit' | 'ignore' | number | Given

// The most entries: the most descriptors that a process may have open, unless `fs.nr_open` was raised.
const MOST = 2 ** 20

/** The kinds of `stdio: 'ignore'`. */
export const IGNORED: readonly Kind[] = ['ignore', 'ignore', 'ignore']
/** The kinds of `stdio: 'pipe'`. */
export const PIPED: readonly Kind[] = ['writable', 'readable', 'readable']

/** Checks `stdio`, and returns the kind of each descriptor. */
export function kindsOf(stdio: Stdio | readonly Stdio[] = 'pipe'): readonly Kind[] {
  if (stdio === 'ignore') return IGNORED
  if (stdio === 'pipe') return PIPED
  const files = new Map<string, GivenFile>()
  return expand(stdio).map((kind, index) => check(kind, index, files))
}

/** The descriptors among them that this process gives up. */
export function givenOf(kinds: readonly Kind[]): Given[] {
  return kinds.filter((kind) => typeof kind === 'object')
}

function expand(stdio: Stdio | readonly Stdio[]): readonly Stdio[] {
  if (!Array.isArray(stdio)) return [stdio, stdio, stdio] as Stdio[]
  if (stdio.length > MOST) {
    throw new RangeError(invalid('stdio.length', stdio.length, `at most ${MOST}`))
  }
  // Always fill descriptors 0 to 2. Otherwise the child's first open() would become its standard output.
  return [...stdio, ...(['pipe', 'pipe', 'pipe'] as const).slice(Math.min(stdio.length, 3))]
}

function check(kind: unknown, index: number, files: Map<string, GivenFile>): Kind {
  if (kind === 'readable' || kind === 'writable' || kind === 'inherit' || kind === 'ignore')
    return kind
  if (kind instanceof PipeHandle) return givenEnd(kind, index)
  if (isPipeStream(kind)) {
    const failure = kind.birth?.settle()
    return failure === undefined ? givenStream(kind, index) : new GivenFailure(failure)
  }
  if (kind === 'pipe') {
    if (index < 3) return index === 0 ? 'writable' : 'readable'
    throw new TypeError(invalid(`stdio[${index}]`, kind, "'readable' or 'writable'"))
  }
  const isObject = typeof kind === 'object' && kind !== null
  const failure = isObject ? failureOf(kind) : undefined
  if (failure !== undefined) return new GivenFailure(failure)
  if (isObject && 'file' in kind) return givenFile(kind, index, files)
  const fd = isObject && 'fd' in kind ? kind.fd : kind
  if (typeof fd === 'number' && Number.isInteger(fd) && fd >= 0 && fd < 2 ** 31) return fd
  if (isObject && 'pipe' in kind && 'on' in kind) {
    refuse(index, 'a stream without a descriptor', 'a stream of a child that has not exited')
  }
  const expected =
    "'pipe', 'readable', 'writable', 'inherit', 'ignore', a descriptor, or { fd } or { file }"
  throw new TypeError(invalid(`stdio[${index}]`, kind, expected))
}

function givenEnd(end: PipeHandle, index: number): Given {
  if (end.closed) refuse(index, String(end), 'an end that is open and was not handed over')
  checkDirection(end.direction, index, String(end))
  return new GivenEnd(end)
}

function givenStream(stream: PipeStream, index: number): Given {
  const refusal = refusalOf(stream)
  if (refusal !== undefined) {
    refuse(index, `a stream that ${refusal}`, 'a stream of a child, before any other use of it')
  }
  const end = stream.direction === 'readable' ? 'reads' : 'writes'
  checkDirection(stream.direction, index, `a stream that this process ${end}`)
  return new GivenStream(stream)
}

function givenFile(kind: { file: unknown }, index: number, files: Map<string, GivenFile>): Given {
  const { file, append = false, ...others } = kind as { file: Bytes; append?: unknown }
  const name = `stdio[${index}]`
  encode(`${name}.file`, file)
  if (file.length === 0) throw new TypeError(invalid(`${name}.file`, file, 'the path of a file'))
  if (typeof append !== 'boolean') {
    throw new TypeError(invalid(`${name}.append`, append, 'true or false'))
  }
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) {
    throw new TypeError(invalid(`property of ${name}`, unknown, 'file and append'))
  }
  const use = index === 0 ? 'read' : append ? 'append' : 'write'
  const key = `${use} ${Buffer.from(file).toString('latin1')}`
  const given = files.get(key) ?? new GivenFile(file, use)
  files.set(key, given)
  return given
}

// A program reads from descriptor 0 and writes to 1 and 2. The other end of a pipe would only fail there.
function checkDirection(direction: 'readable' | 'writable', index: number, got: string): void {
  const needed = index === 0 ? 'readable' : 'writable'
  if (index > 2 || direction === needed) return
  const does = index === 0 ? 'reads from' : 'writes to'
  refuse(index, got, `a ${needed} end, because a program ${does} descriptor ${index}`)
}

function refuse(index: number, got: string, expected: string): never {
  throw new TypeError(`invalid stdio[${index}], ${got}: expected ${expected}`)
}
