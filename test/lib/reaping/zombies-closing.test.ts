import { describe, expect, it } from 'vitest'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./zombies-closing.program.js')>(
  './zombies-closing.program.ts',
  import.meta.url,
)

describe('leaving the loop', () => {
  it('closes the iterator, hears no more SIGCHLD, and reaps no more', async () => {
    const result = await programs.evaluate('leaveLoop', [])
    expect(result).toEqual({ done: true, zombie: true, heard: 0 })
  })

  it('leaves the rest to the next iterator', async () => {
    expect(await programs.evaluate('leaveTheRest', [])).toEqual([true, 0])
  })

  it('is what await using does', async () => {
    expect(await programs.evaluate('dispose', [])).toEqual([true, true, 0])
  })
})

describe('close()', () => {
  it('still delivers what was reaped before it', async () => {
    expect(await programs.evaluate('closeAfterOne', [])).toEqual([true, true])
  })
})

describe('an AbortSignal', () => {
  it('ends the loop without an error, and is left without a listener', async () => {
    expect(await programs.evaluate('abort', [])).toEqual([0, 1, 0, 0])
  })

  it('that is aborted already makes a closed iterator', async () => {
    expect(await programs.evaluate('abortBefore', [])).toEqual([true, true])
  })
})

describe('the event loop', () => {
  it('goes on while someone waits for the next zombie', async () => {
    expect(await programs.evaluate('waitForNext', [])).toBe(4)
  })

  it('ends when no one does, also with zombies read ahead', async () => {
    expect(await programs.evaluate('readAhead', [])).toBe(1)
  })
})
