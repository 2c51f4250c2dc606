import type { Readable, Writable } from 'node:stream'
import type { Stdio } from './stdio.js'

/**
 * The type of a child's stream at descriptor 0, 1 or 2, derived from the type of its `stdio`. It is `null` if the
 * descriptor is not a pipe. If `stdio` is known only at run time, the type is a stream or `null`.
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
