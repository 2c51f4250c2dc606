import { describe, expect, it } from 'vitest'
import { resultOf } from '../program.js'
import { programFile } from '../program-file.js'
import type { End } from './teardown.program.js'

const programs = await programFile<typeof import('./teardown.program.js')>(
  './teardown.program.ts',
  import.meta.url,
)

const ends: [End, number][] = [
  ['by itself', 5],
  ['by process.exit()', 5],
  ['by an exception', 5],
  ['by being terminated while it waits', 5],
  ['by being terminated while it computes', 5],
  ['by being terminated amid signals and exits', 20],
]

describe('A worker, the only one to have loaded the addon, that has ended', () => {
  it.each(ends)('%s, keeps no descriptor and no handler', async (how, times) => {
    // Where coverage is measured, Node complains of it in a worker that is being terminated.
    const env = { NODE_V8_COVERAGE: '' }
    const outcome = await programs.run('endWorkers', [how, times], { env })
    expect(outcome).toMatchObject({ code: 0, signal: null, stderr: '' })
    const { before, after } = resultOf<{ before: object; after: object }>(outcome)
    expect(after).toEqual(before)
  })
})
