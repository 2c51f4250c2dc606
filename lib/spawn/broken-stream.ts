import type { Readable, Writable } from 'node:stream'
import type { Kind } from './stdio.js'

/** Creates the stream of a child that could not be started. The stream fails when it is used, not before. */
export function brokenStream(kind: Kind, failure: Error): Readable | Writable | null {
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
