import { describe, expect, it } from 'vitest'
import type { Verdict } from '../escapes/trial.program.js'
import { bothWays, ESCAPES, type Isolation, PAIRS, type Trial } from '../escapes/trials.js'
import { expectClean, programs } from '../escapes/verdicts.js'
import { lacksRoot } from '../needs.js'
import { programFile } from '../program-file.js'
import { full, sizes } from './sizes.js'

const { rounds, many } = sizes.escapes
const LEVELS: readonly Isolation[] = ['tree']
const TIMEOUT = 550_000

type Trials = typeof import('../escapes/trial.program.js')
const file = await programFile<Trials>('../escapes/trial.program.ts', import.meta.url)

function judge(trials: readonly Trial[], level: Isolation, times: number): Promise<Verdict[]> {
  const options = { prefix: ['setsid'], timeout: TIMEOUT }
  return file.evaluate('judge', [trials, level, times, programs], options)
}

describe.each(LEVELS)('Jobs of the level %s', (level) => {
  it('end when two escapes are made at once', async () => {
    const verdicts = await judge(
      PAIRS.flatMap((names) => bothWays(names, many)),
      level,
      rounds,
    )
    for (const verdict of verdicts) expectClean(verdict)
  })

  it.each(full ? ESCAPES : [])('end again and again: %s', async (name) => {
    const verdicts = await judge(bothWays([name], many), level, rounds)
    expect(verdicts.length).toBe(2 * rounds)
    for (const verdict of verdicts) expectClean(verdict)
  })

  it.each(full ? ESCAPES : [])('end with every other escape beside %s', async (name) => {
    const others = ESCAPES.slice(ESCAPES.indexOf(name) + 1)
    const verdicts = await judge(
      others.flatMap((other) => bothWays([name, other], many)),
      level,
      1,
    )
    for (const verdict of verdicts) expectClean(verdict)
  })

  // The keeper has 5 seconds to answer, before it is killed.
  it.skipIf(!full || lacksRoot())('end if a tracer hides the exit of the keeper', async () => {
    const trials: Trial[] = [{ names: ['trace_keeper', 'daemon'], act: 'done' }]
    const [verdict] = await judge(trials, level, 1)
    expectClean(verdict as Verdict, 'ERR_SYSTEM')
  })
})
