import type { Readable, Writable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'

type Stream = Readable | Writable | null | undefined

/** All that a child writes to a pipe, as text; nothing where there is no pipe. */
export function read(stream: Stream): Promise<string> {
  return stream ? text(stream as Readable) : Promise.resolve('')
}

/** The same as bytes. */
export function readBytes(stream: Stream): Promise<Buffer> {
  return stream ? buffer(stream as Readable) : Promise.resolve(Buffer.alloc(0))
}
