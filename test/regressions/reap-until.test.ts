import { describe, expect, it } from 'vitest'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./reap-until.program.js')>(
  './reap-until.program.ts',
  import.meta.url,
)

const delayed = (delay: string) => ({ env: { SEXTON_FOREIGN_CHILD_DELAY: delay } })

describe('reapUntil', () => {
  it('leaves nothing on a signal that lives longer', async () => {
    const result = await programs.evaluate('reapManyTimes', [])
    expect(result).toEqual({ left: 0, control: 1, listeners: 0 })
  })

  it.each([true, false])(
    'has reaped all dead by then, beside an addon (onReap: %s)',
    async (tells) => {
      const result = await programs.evaluate('reapBesideAddon', [tells])
      expect(result).toEqual({ code: 3, told: tells ? 48 : 0, left: 0, slow: true })
    },
  )

  it('does not wait for what is left alone for ever', async () => {
    expect(await programs.evaluate('leaveForEver', [], delayed('Infinity'))).toEqual([0, 40])
  })

  it.each([true, false])(
    'aborts while it leaves the dead to an addon (onReap: %s)',
    async (tells) => {
      const result = await programs.evaluate('abortBesideAddon', [tells], delayed('600000'))
      expect(result).toEqual(['enough', 0])
    },
  )
})
