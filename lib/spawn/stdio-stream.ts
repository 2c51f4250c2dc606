import type { Readable, Writable } from 'node:stream'
import type { Stdio } from './stdio.js'

/**
 * The stream of a child at descriptor 0, 1 or 2, by the `stdio` that it was started with; `null` where
 * that descriptor is not a pipe. A `stdio` that is only known at run time gives both.
 */
export type StdioStream<S extends Stdio | readonly Stdio[], Index extends 0 | 1 | 2> = (
  S extends readonly Stdio[]
    ? number extends S['length']
      ? S[number] | 'pipe' // a list without a fixed length: the missing entries are pipes
      : `${Index}` extends keyof S
        ? S[`${Index}`]
        : 'pipe'
    : S
) extends infer Kind
  ? [Stdio] extends [Kind]
    ? (Index extends 0 ? Writable : Readable) | null
    : Kind extends 'pipe' | undefined
      ? Index extends 0
        ? Writable
        : Readable
      : Kind extends 'readable'
        ? Readable
        : Kind extends 'writable'
          ? Writable
          : null
  : never
