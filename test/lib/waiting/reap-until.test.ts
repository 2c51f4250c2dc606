import { describe, expect, it } from 'vitest'
import { reapUntil } from '../../../lib/index.js'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./reap-until.program.js')>(
  './reap-until.program.ts',
  import.meta.url,
)

describe('reapUntil', () => {
  it.each(['adopted', 'all'] as const)(
    "of scope '%s' reaps until the child has ended",
    async (scope) => {
      const result = await programs.evaluate('reapTwenty', [scope])
      expect(result).toEqual([true, 3, 20, 0])
    },
  )

  it.each(['adopted', 'all'] as const)(
    "of scope '%s' leaves nothing that was dead by then",
    async (scope) => {
      const result = await programs.evaluate('dieTogether', [scope])
      expect(result).toEqual({ signal: 'SIGKILL', missed: false, zombies: 0 })
    },
  )

  it.each([40, 100])(
    "of scope 'all' keeps what %s of spawn's children left, unseen",
    async (count) => {
      const result = await programs.evaluate('reapBesideChildren', [count])
      expect(result).toEqual([true, 0, 0])
    },
  )

  it('waits for a child of child_process as well, without taking its status', async () => {
    const result = await programs.evaluate('waitForChildProcess', [])
    expect(result).toEqual([9, 9, [7, 7, 7, 7, 7]])
  })

  it('stops when aborted, with the reason, and leaves no listener', async () => {
    const result = await programs.evaluate('abort', [])
    expect(result).toEqual({ reason: 'enough', alive: true, zombie: true, listeners: 0 })
  })

  it('does not begin when it is aborted already', async () => {
    const result = await programs.evaluate('abortBefore', [])
    expect(result).toBe('never')
  })

  it('ends with what onReap throws, and gives everything back', async () => {
    const result = await programs.evaluate('throwInListener', [])
    expect(result).toEqual(['no', 'SIGKILL'])
  })

  it('passes on what waiting and reaping refuse', async () => {
    await expect(reapUntil(0)).rejects.toBeInstanceOf(RangeError)
    await expect(reapUntil('1' as unknown as number)).rejects.toBeInstanceOf(TypeError)
    await expect(reapUntil(4_194_304)).rejects.toMatchObject({ code: 'ERR_NO_SUCH_PROCESS' })
    await expect(reapUntil(1, { scope: 'mine' as 'all' })).rejects.toBeInstanceOf(RangeError)
  })
})
