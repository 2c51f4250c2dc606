import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judge } from '../../escapes/judge.js'
import { endMarked } from '../../escapes/marked.js'
import {
  ENDS,
  expectEndWithNode,
  expectEndWithWorker,
  expectNoneLeft,
  PHASES,
} from '../../escapes/phases.js'
import type { Verdict } from '../../escapes/trial.program.js'
import { attacksAt, bothWays, ESCAPES, type Level } from '../../escapes/trials.js'
import { expectClean } from '../../escapes/verdicts.js'
import { lacksRoot } from '../../needs.js'
import { patience, sized } from '../../pace.mjs'
import { asNobody, asPid1 } from '../../program.js'

// Jobs whose processes try everything to outlive them, or to harm others. A Node of its own runs them, in a session of its
// own, with bystanders that record each signal.

const TREE: Level = { isolation: 'tree' }
const MANY = sized(5000, 500)

afterAll(expectNoneLeft)

describe('A job whose processes escape', () => {
  let verdicts: Verdict[] = []

  beforeAll(async () => {
    verdicts = await judge(
      ESCAPES.flatMap((name) => bothWays([name], MANY)),
      TREE,
    )
  }, patience(55_000))

  it.each(ESCAPES)('ends with them: %s', (name) => {
    const own = verdicts.filter(({ trial }) => trial === `${name} exit` || trial === `${name} kill`)
    expect(own.length).toBe(2)
    for (const verdict of own) expectClean(verdict)
  })
})

describe('A job that attacks its keeper or itself', () => {
  it.each(attacksAt('tree'))('ends all the same: $name', async ({ name, act, error }) => {
    const [verdict] = await judge([{ names: [name, 'daemon', 'respawn'], act }], TREE)
    expectClean(verdict as Verdict, error)
  })

  it('ends if it kills its keeper and empties its environment', async () => {
    const all = [{ names: ['kill_keeper', 'empty_environment'], act: 'itself' } as const]
    const [verdict] = await judge(all, TREE)
    expectClean(verdict as Verdict, 'ERR_SYSTEM')
  })

  // It kills everyone in its PID namespace but itself and Node, which is its init: the bystanders too.
  it('ends if it kills everyone', async () => {
    const all = [{ names: ['kill_all', 'daemon'], act: 'itself' } as const]
    const [verdict] = await judge(all, TREE, { prefix: asPid1 })
    expect(verdict).toMatchObject({ error: 'ERR_SYSTEM', left: [] })
  })
})

describe('What no job can promise', () => {
  const asSetuid = [...asNobody.slice(0, -4), '--inh-caps', '+dac_read_search,+setuid']
  const prefix = ['setsid', ...asSetuid, '--ambient-caps', '+dac_read_search,+setuid']

  it.skipIf(lacksRoot())('is named: a process of a user whom nobody here may kill', async () => {
    const all = [{ names: ['other_user_by_right', 'daemon'], act: 'kill' } as const]
    const verdicts = await judge(all, TREE, { prefix })
    for (const { mark } of verdicts) await endMarked(mark)
    for (const { running, left, error, harmed } of verdicts) {
      expect({ running, left: left.length, error, harmed }).toEqual({
        running: ['python3: EPERM'],
        left: 1,
        error: undefined,
        harmed: [],
      })
    }
  })

  it.skipIf(lacksRoot())('is named by the error, if the keeper was killed', async () => {
    const all = [{ names: ['kill_keeper', 'other_user_by_right'], act: 'itself' } as const]
    const [verdict] = await judge(all, TREE, { prefix })
    await endMarked((verdict as Verdict).mark)
    const message = expect.stringMatching(/\nProcesses of it live on: python3 \(pid \d+, EPERM\)$/)
    expect(verdict).toMatchObject({ error: 'ERR_SYSTEM', message, harmed: [] })
    expect((verdict as Verdict).left.length).toBe(1)
  })

  it('is found by nobody: a process without marks, and the keeper killed', async () => {
    const all = [{ names: ['kill_keeper', 'take_off_marks', 'daemon'], act: 'itself' } as const]
    const [verdict] = await judge(all, TREE)
    expect(verdict).toMatchObject({ error: 'ERR_SYSTEM', harmed: [] })
    expect((verdict as Verdict).left).toEqual([expect.stringMatching(/^sleep/)])
  })
})

describe.each(PHASES)('In its phase "%s" a job', (phase) => {
  it.each(ENDS)('ends with Node: %s', (end) => expectEndWithNode(phase, end, 'tree'))

  it('ends with the worker that has started it', () => expectEndWithWorker(phase, 'tree'))
})
