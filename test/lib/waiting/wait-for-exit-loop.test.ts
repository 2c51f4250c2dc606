import { describe, expect, it } from 'vitest'
import { waitForExit } from '../../../lib/index.js'
import { patience } from '../../pace.mjs'
import { programFile } from '../../program-file.js'
import { Dialogue } from '../dialogue.js'
import type { Brief, Idle } from './wait-for-exit-loop.program.js'

const programs = await programFile<typeof import('./wait-for-exit-loop.program.js')>(
  './wait-for-exit-loop.program.ts',
  import.meta.url,
)

// What keeps a program running: a wait that someone awaits, and nothing else.

describe('the event loop', () => {
  it.each<Brief>(["sexton's child", "child_process's unreferenced child"])(
    'goes on for who awaits the end of %s',
    async (which) => {
      const status = await programs.evaluate('waitForBrief', [which])
      expect(status).toMatchObject({ code: 0, known: true })
    },
  )

  it('goes on for who awaits a stranger', async () => {
    await using stranger = new Dialogue(['cat'])
    await using waiter = new Dialogue(programs.command('waitForStranger', [stranger.pid]))
    expect(await waiter.line()).toBe('waiting')
    stranger.stdin.end()
    expect(await waiter.line()).toBe(String(stranger.pid))
    expect(await waiter.end()).toBe(0)
  })

  it.each<Idle>([
    'a child that no one awaits',
    'a child with pipes that no one reads',
    'a timeout and an abort signal of such a child',
    'a handle that no one awaits',
    'a wait that was aborted',
    'a wait that timed out',
    'a wait for a stranger that timed out',
    'open iterators',
  ])('ends in spite of %s', async (what) => {
    const start = performance.now()
    const pid = await programs.evaluate('leave', [what])
    // It ran on without its parent. Whoever adopted it reaps it.
    await waitForExit(pid, { timeout: 0, onTimeout: 'kill' })
    expect(performance.now() - start).toBeLessThan(patience(20_000))
  })
})
