import { afterAll, describe, expect, it } from 'vitest'
import { judge } from '../escapes/judge.js'
import { LEVELS } from '../escapes/levels.js'
import {
  ENDS,
  expectEndWithNode,
  expectEndWithWorker,
  expectNoneLeft,
  PHASES,
} from '../escapes/phases.js'
import { attacksAt, bothWays, ESCAPES, PAIRS, type Trial } from '../escapes/trials.js'
import { expectClean } from '../escapes/verdicts.js'
import { lacksRoot } from '../needs.js'
import { full, sizes } from './sizes.js'

const { rounds, many } = sizes.escapes
const TIMEOUT = 550_000

afterAll(expectNoneLeft)

describe.each(['tree', ...LEVELS] as const)('Jobs of the level %s', (isolation) => {
  async function expectAllClean(trials: readonly Trial[], times: number, error?: string) {
    const verdicts = await judge(trials, { isolation }, { rounds: times, timeout: TIMEOUT })
    expect(verdicts.length).toBe(trials.length * times)
    for (const verdict of verdicts) expectClean(verdict, error)
  }

  it('end when two escapes are made at once', () =>
    expectAllClean(
      PAIRS.flatMap((names) => bothWays(names, many)),
      rounds,
    ))

  it.each(full ? ESCAPES : [])('end again and again: %s', (name) =>
    expectAllClean(bothWays([name], many), rounds),
  )

  it.each(full ? attacksAt(isolation) : [])('end though attacked: $name', ({ name, act, error }) =>
    expectAllClean([{ names: [name, 'daemon', 'respawn'], act }], rounds, error),
  )

  it.each(full ? ESCAPES : [])('end with every other escape beside %s', (name) => {
    const others = ESCAPES.slice(ESCAPES.indexOf(name) + 1)
    return expectAllClean(
      others.flatMap((other) => bothWays([name, other], many)),
      1,
    )
  })

  it.each(full ? PHASES : [])('end with Node and with its worker: %s', async (phase) => {
    for (let round = 0; round < rounds / 10; round += 1) {
      for (const end of ENDS) await expectEndWithNode(phase, end, isolation)
      await expectEndWithWorker(phase, isolation)
    }
  })

  // The keeper has 5 seconds to answer, before it is killed. From a PID namespace nobody traces it.
  const error = isolation === 'pid-namespace' ? undefined : 'ERR_SYSTEM'
  it.skipIf(!full || lacksRoot())('end if a tracer hides the exit of the keeper', () =>
    expectAllClean([{ names: ['trace_keeper', 'daemon'], act: 'done' }], 1, error),
  )
})
