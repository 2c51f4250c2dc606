import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../../compile.js'
import { patience } from '../../pace.mjs'
import { asPid1, nodeWithInit } from '../../program.js'
import { programFile } from '../../program-file.js'

// Whose dead children Zombies may reap. A mistake here makes someone's 'exit' event never come, and
// shows only when many die at once.

const programs = await programFile<typeof import('./zombies-unclaimed.program.js')>(
  './zombies-unclaimed.program.ts',
  import.meta.url,
)
const late = await programFile<typeof import('./zombies-late.program.js')>(
  './zombies-late.program.ts',
  import.meta.url,
)

const delayed = (delay: string) => ({ env: { SEXTON_FOREIGN_CHILD_DELAY: delay } })

describe('what nobody will ever wait for', () => {
  it('are children that died before their worker, without a SIGCHLD', async () => {
    const result = await late.evaluate('dieBeforeParent', [])
    expect([6, 'gone']).toContain(result[0])
    expect(result[1]).toBe(0)
  })

  it('are the children of a worker that was terminated', async () => {
    expect(await late.evaluate('terminateParent', ['child_process'])).toEqual([true, 0])
  })

  it('are the children of sexton in a worker that was terminated', async () => {
    expect(await late.evaluate('terminateParent', ['sexton'])).toEqual([true, 0])
  })

  it.each([
    ['by default after a second', {}, 950, 5000],
    ['after SEXTON_FOREIGN_CHILD_DELAY', delayed('200'), 190, 900],
    ['at once by SEXTON_FOREIGN_CHILD_DELAY=0', delayed('0'), 0, 800],
  ])('is certain only later where another addon is loaded: %s', async (_, delay, least, most) => {
    const result = await programs.evaluate('reapOne', [true], delay)
    expect(result).toMatchObject({ code: 7, left: 0 })
    expect(result.waited).toBeGreaterThanOrEqual(least)
    expect(result.waited).toBeLessThan(patience(most))
  })

  it('is never certain beside an addon with an infinite delay', async () => {
    expect(await programs.evaluate('neverReap', [], delayed('Infinity'))).toBe(1)
  })

  it('waits without a spin where it never is', async () => {
    const result = await programs.evaluate('waitWithoutSpin', [], delayed('Infinity'))
    expect(result.warnings).toBe(0)
    expect(result.cpu).toBeLessThan(0.5)
  })

  // libuv would take it, if it were its own, in a turn of the loop.
  it('is certain after a second if it was there before, at delay 0 too', async () => {
    const prefix = ['sh', '-c', 'sleep 1000 > /dev/null 2>&1 & exec "$@"', 'sh']
    const result = await programs.evaluate('reapEarlierChild', [], { ...delayed('0'), prefix })
    expect(result.signal).toBe('SIGKILL')
    expect(result.waited).toBeGreaterThan(950)
    expect(result.cpu).toBeLessThan(0.3) // it does not spin
  })

  // Each copy would take the other's children for orphans.
  it('is certain later if a second copy has loaded the same addon', async () => {
    expect(await programs.evaluate('spawnBySecondCopy', [])).toBe(0)
  })

  // The other addon's thread stood still as well, and may not have had a chance since.
  it('does not count the time in which this process stood still', async () => {
    const result = await programs.evaluate('standStill', [], delayed('2000'))
    expect(result.stopped).toBeGreaterThan(2500)
    // Of 2000 ms the stop of 3000 counts as one look of two.
    expect(result.waited).toBeGreaterThan(3900)
  })

  it('is certain at once where there is none', async () => {
    const { waited } = await programs.evaluate('reapOne', [false])
    expect(waited).toBeLessThan(patience(800))
  })
})

describe('where the kernel does not list the children of a thread', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sexton-children-'))
  const library = join(directory, 'no-proc-children.so')
  beforeAll(() => compile('test/fixtures/no-proc-children.c', library, '-shared', '-fPIC'))
  afterAll(() => rmSync(directory, { recursive: true }))

  it('they are found in /proc: a zombie that is left alone hides none', async () => {
    const env = { LD_PRELOAD: library, SEXTON_FOREIGN_CHILD_DELAY: '200' }
    const result = await programs.evaluate('reapBehindEldest', [], { env })
    expect(result).toEqual(['not listed', 'SIGKILL', 16, 0])
  })

  it.each([
    ['', { LD_PRELOAD: library }],
    [', nor where no time of grace is asked for', { SEXTON_FOREIGN_CHILD_DELAY: '0' }],
  ])('children from before sexton was loaded are not taken from libuv%s', async (_, env) => {
    expect(await late.evaluate('loadAfterBirths', [], { env })).toEqual([true, 0])
  })

  it('descendants are found, too', async () => {
    const env = { LD_PRELOAD: library }
    expect(await programs.evaluate('findDescendants', [], { env })).toEqual([2, true])
  })
})

it('Where /proc is of another PID namespace, orphans are reaped one by one', async () => {
  const prefix = asPid1.filter((word) => word !== '--mount-proc')
  const options = { ...delayed('200'), node: nodeWithInit, prefix }
  expect(await late.evaluate('reapFive', [], options)).toBe(5)
})

describe('a worker', () => {
  it.each(['adopted', 'all'] as const)(
    "cannot have Zombies, of scope '%s' neither",
    async (scope) => {
      const result = await programs.evaluate('openInWorker', [scope])
      expect(result).toEqual(['SextonError', 'ERR_UNSUPPORTED'])
    },
  )
})
