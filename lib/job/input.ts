import { writeSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { invalid } from '../base/errors.js'
import type { Bytes } from '../spawn/options.js'
import type { PipeHandle } from '../spawn/pipe.js'
import { encode } from '../spawn/strings.js'
import { Running } from './running.js'

/**
 * The standard input of a command: text, bytes, a stream, an iterable of text or bytes, or a file.
 */
export type Input =
  | Bytes
  | Readable
  | Iterable<Bytes>
  | AsyncIterable<Bytes>
  | {
      /** The path of a file that the command reads by itself. */
      readonly file: Bytes
    }

/** Input that this process writes into a pipe. */
export type WrittenInput = Exclude<Input, { file: Bytes }>

/** How the input of a command ended early. */
export interface InputEvents {
  /** The command closed its input, or exited, before all was written. */
  onUnread(error: Error): void
  /** The source failed. */
  onFailed(error: unknown): void
}

export function isFile(input: Input): input is { readonly file: Bytes } {
  return typeof input === 'object' && Object.hasOwn(input, 'file') && !isIterable(input)
}

/** @throws {TypeError} if it is none of the kinds of input, or its contents are gone. */
export function checkInput(input: unknown): void {
  checkSource(input)
  // Of the other views of memory, it would not be clear whether their elements or their bytes are meant.
  const isView = ArrayBuffer.isView(input) && !(input instanceof Uint8Array)
  if (input === undefined || typeof input === 'string' || (isIterable(input) && !isView)) return
  if (typeof input === 'object' && input !== null && isFile(input as Input)) {
    encode('input.file', (input as { file: Bytes }).file)
    return
  }
  const expected = 'a string, bytes, a stream, an iterable, or { file: path }'
  throw new TypeError(invalid('input', input, expected))
}

// Refuses a source that would silently give the command less than the caller means.
function checkSource(input: unknown): void {
  if (input instanceof Running && input.givesLines) {
    throw new TypeError(`invalid input, a run: its lines have no newlines
Use pipeline(), or encoding: 'buffer' for that run.`)
  }
  if ((input as Partial<Readable> | null | undefined)?.readableEnded === true) {
    throw new TypeError('invalid input, a stream that was read to its end: expected one to read')
  }
}

/** Closes a stream that nobody is going to read, because the command was not started. */
export function leave(input: Input | undefined): void {
  if (typeof input === 'object' && isStream(input)) input.destroy()
}

/**
 * Writes the input into the pipe, and closes it at the end.
 *
 * @param end The end to write. It must be non-blocking.
 * @returns Gives up what is not written yet, when the command has exited. It then returns an error that says so.
 */
export function feed(
  end: PipeHandle,
  input: WrittenInput,
  events: InputEvents,
): () => Error | undefined {
  if (typeof input !== 'string' && !(input instanceof Uint8Array)) {
    return pour(input, end.stream() as Writable, events)
  }
  const bytes = typeof input === 'string' ? Buffer.from(input) : input
  const rest = writeNow(end, bytes, events)
  if (rest !== undefined) return pour([rest], end.stream() as Writable, events)
  end.close()
  return () => undefined
}

// Writes what the pipe has room for, which is usually all. A stream would cost more than the command's start.
function writeNow(end: PipeHandle, bytes: Uint8Array, events: InputEvents): Uint8Array | undefined {
  let at = 0
  try {
    while (at < bytes.length) at += writeSync(end.fd, bytes, at)
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return bytes.subarray(at)
    events.onUnread(error as Error)
  }
  return undefined
}

function pour(
  source: Exclude<WrittenInput, Bytes>,
  pipe: Writable,
  events: InputEvents,
): () => Error | undefined {
  const { pipeline } = process.getBuiltinModule('node:stream')
  const readable = readableOf(source)
  let isOver = false
  let closed: Error | undefined
  pipe.once('error', (error) => {
    // A failure of the source is passed on to the pipe.
    const isOfSource = readable.errored != null || codeOf(error) === 'ERR_STREAM_PREMATURE_CLOSE'
    if (!isOfSource) closed = error
  })
  pipeline(readable, pipe, (error) => {
    const wasOver = isOver
    isOver = true
    if (error == null || wasOver) return
    if (closed === undefined) events.onFailed(error)
    else events.onUnread(closed)
  })
  return () => {
    if (isOver) return undefined
    isOver = true
    // The command may have read all and exited in the moment in which the stream has not closed the pipe yet.
    const isRead = pipe.writableEnded && pipe.writableLength === 0
    pipe.destroy()
    return isRead ? undefined : new Error('the command exited before it had read its input')
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code
}

function readableOf(source: Exclude<WrittenInput, Bytes>): Readable {
  const { Readable } = process.getBuiltinModule('node:stream')
  if (isStream(source) && !source.readableObjectMode) return source
  // A generator reports all failures by the stream: that of an iterable that cannot be iterated, and of a value that is
  // neither text nor bytes. Written by a stream of objects, such a value would be an uncaught exception.
  const values = async function* (): AsyncGenerator<Bytes> {
    yield* source
  }
  return Readable.from(values(), { objectMode: false })
}

function isStream(source: object): source is Readable {
  return typeof (source as Partial<Readable>).pipe === 'function'
}

function isIterable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Symbol.iterator in value || Symbol.asyncIterator in value
}
