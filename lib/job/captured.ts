import type { Readable } from 'node:stream'
import type { Stdio } from '../spawn/stdio.js'
import type { StdioStream } from '../spawn/stdio-stream.js'
import type { Encoding } from './text.js'

/** The type of collected output, by `encoding` and `lines`. */
export type CollectedOutput<E extends Encoding, L extends boolean> = E extends 'buffer'
  ? Buffer
  : L extends true
    ? string[]
    : string

/** The type of one output of a result: `null` if it is not collected by itself. */
export type Captured<
  S extends Stdio | readonly Stdio[],
  Index extends 1 | 2,
  E extends Encoding,
  L extends boolean,
  A extends boolean,
> = A extends true
  ? null
  : StdioStream<S, Index> extends infer Stream
    ? Stream extends Readable
      ? CollectedOutput<E, L>
      : null
    : never
