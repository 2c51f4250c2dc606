import { describe, expect, it } from 'vitest'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./lent-descriptors.program.js')>(
  './lent-descriptors.program.ts',
  import.meta.url,
)

describe('A worker that is terminated while it opens streams', () => {
  it.each(['writable', 'readable'] as const)(
    'leaks no %s one and closes no stranger',
    async (kind) => {
      const options = { timeout: 60_000 }
      const result = await programs.evaluate('terminateWhileOpening', [kind], options)
      expect(result).toEqual({ leaked: 0, lost: 0, strangers: true })
    },
  )
})
