/** One number of a family. */
export interface Sample {
  /** Names of labels and their values. A value may hold any character. */
  labels?: Readonly<Record<string, string>>
  value: number
}

/** The numbers of one name. */
export interface Family {
  /** Its name in words, as OpenTelemetry has it: `sexton.children.started`. */
  name: string
  /** A description of what is counted, without a full stop at its end. */
  help: string
  /** A counter only grows; a gauge tells how it is now. */
  kind: 'counter' | 'gauge'
  /** `s` for seconds; otherwise it is a count of something, in braces: `{child}`. */
  unit: string
  samples: readonly Sample[]
}

/** A family of durations, by the number that took at most so long. */
export interface Histogram extends Omit<Family, 'kind' | 'samples'> {
  kind: 'histogram'
  /** The upper bounds of the buckets, ascending. */
  bounds: readonly number[]
  /** How many fell into each bucket, and into none of them. */
  counts: readonly number[]
  /** The sum of all values. */
  sum: number
}
