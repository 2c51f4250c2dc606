import type { Readable, Writable } from 'node:stream'
import type { Kind } from './stdio.js'

/**
 * The stream of a child that could not be started: whoever uses it is told the failure, and whoever
 * does not is left in peace.
 */
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
