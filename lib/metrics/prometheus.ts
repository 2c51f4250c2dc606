import { SextonError } from '../base/errors.js'
import { counted, spawnDuration } from './counted.js'
import { count } from './counting.js'
import { exposition } from './exposition.js'
import type { Family } from './family.js'
import { pass } from './pass.js'
import { seen } from './seen.js'

/**
 * Writes the metrics of this process, with those of its worker threads that count, in the text format of Prometheus.
 * Send the text with `contentType`. It may be appended to the text of another library.
 *
 * Counters begin at the import of `sexton/metrics`. The two gauges are read from `/proc` at each call: in turns of at
 * most a few milliseconds, and calls at the same time share one pass. They are missing where `/proc` cannot be read.
 *
 * @returns A promise of the text, whose last line ends with a newline.
 */
export async function toPrometheus(): Promise<string> {
  const gauges = await seenNow()
  const counts = count()
  return exposition([...counted(counts), spawnDuration(counts), ...gauges])
}

/** The families of what `/proc` shows now; none where it cannot be read. */
export async function seenNow(): Promise<Family[]> {
  try {
    return seen(await pass())
  } catch (error) {
    if (error instanceof SextonError) return []
    throw error
  }
}
