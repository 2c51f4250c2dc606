import { describe, expect, it } from 'vitest'
import { backend } from '../../../lib/index.js'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./keeper-worker.program.js')>(
  './keeper-worker.program.ts',
  import.meta.url,
)

// Without pidfds nobody could tell a keeper from a later child with its pid.
describe.runIf(backend() === 'pidfd')('The keepers of a terminated worker are reaped', () => {
  it.each([
    ['where the main thread has loaded sexton', true],
    ['where it has not', false],
  ])('%s', async (_, knowing) => {
    expect(await programs.evaluate('terminateWithJobs', [40, knowing])).toEqual({
      before: 40,
      descriptors: [],
    })
  })
})
