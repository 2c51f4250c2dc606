import type { Readable, Writable } from 'node:stream'
import type { SextonError } from '../base/errors.js'
import type { Kind } from './stdio.js'

const failures = new WeakMap<object, SextonError>()

/** The failure of the child to which a stream belongs; `undefined` if the child was started. */
export function failureOf(stream: object): SextonError | undefined {
  return failures.get(stream)
}

/** Creates the stream of a child that could not be started. The stream fails when it is used, not before. */
export function brokenStream(kind: Kind, failure: SextonError): Readable | Writable | null {
  const stream = create(kind, failure)
  if (stream !== null) failures.set(stream, failure)
  return stream
}

function create(kind: Kind, failure: SextonError): Readable | Writable | null {
  const { Readable, Writable } = process.getBuiltinModule('node:stream')
  if (kind === 'readable') {
    return new Readable({
      read() {
        this.destroy(failure)
      },
    })
  }
  if (kind === 'writable')
    return new Writable({ write: (_chunk, _encoding, done) => done(failure) })
  return null
}
