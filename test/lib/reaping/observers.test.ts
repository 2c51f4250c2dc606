import { describe, expect, it } from 'vitest'
import { nodeWithInit } from '../../program.js'
import { programFile } from '../../program-file.js'

const backends = ['pidfd', 'sigchld', 'poll']

const programs = await programFile<typeof import('./observers.program.js')>(
  './observers.program.ts',
  import.meta.url,
)

describe.each(backends)('The death of an orphan, on %s,', (backend) => {
  it('is told once to each observer, even if a wait sees it then', async () => {
    const options = { node: nodeWithInit, env: { SEXTON_BACKEND: backend } }
    expect(await programs.evaluate('waitForOrphans', [], options)).toEqual([[7], true, true])
  })
})
