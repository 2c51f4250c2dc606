import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isHarmed, look } from '../../escapes/bystanders.js'
import { endMarked, marked } from '../../escapes/marked.js'
import type { Verdict } from '../../escapes/trial.program.js'
import { ATTACKS, bothWays, ESCAPES } from '../../escapes/trials.js'
import { expectClean, programs } from '../../escapes/verdicts.js'
import type { End, Introduction, Phase } from '../../escapes/victim.program.js'
import { eventually } from '../../eventually.js'
import { lacksRoot } from '../../needs.js'
import { patience, sized } from '../../pace.mjs'
import { asNobody, asPid1, environment } from '../../program.js'
import { programFile } from '../../program-file.js'

// Jobs whose processes try everything to outlive them, or to harm others. A Node of its own runs them, in a session of its
// own, with bystanders that record each signal.

const ISOLATION = 'tree'
const MANY = sized(5000, 500)

type Trials = typeof import('../../escapes/trial.program.js')
const trials = await programFile<Trials>('../../escapes/trial.program.ts', import.meta.url)
type Victims = typeof import('../../escapes/victim.program.js')
const victims = await programFile<Victims>('../../escapes/victim.program.ts', import.meta.url)

const OPTIONS = { prefix: ['setsid'], timeout: 50_000 }

describe('A job whose processes escape', () => {
  let verdicts: Verdict[] = []

  beforeAll(async () => {
    const all = ESCAPES.flatMap((name) => bothWays([name], MANY))
    verdicts = await trials.evaluate('judge', [all, ISOLATION, 1, programs], OPTIONS)
  }, patience(55_000))

  it.each(ESCAPES)('ends with them: %s', (name) => {
    const own = verdicts.filter(({ trial }) => trial === `${name} exit` || trial === `${name} kill`)
    expect(own.length).toBe(2)
    for (const verdict of own) expectClean(verdict)
  })
})

describe('A job that attacks its keeper or itself', () => {
  it.each(ATTACKS)('ends all the same: $name', async ({ name, act, error }) => {
    const all = [{ names: [name, 'daemon', 'respawn'], act }]
    const [verdict] = await trials.evaluate('judge', [all, ISOLATION, 1, programs], OPTIONS)
    expectClean(verdict as Verdict, error)
  })

  // It kills everyone in its PID namespace but itself and Node, which is its init: the bystanders too.
  it('ends if it kills everyone', async () => {
    const all = [{ names: ['kill_all', 'daemon'], act: 'itself' } as const]
    const options = { ...OPTIONS, prefix: asPid1 }
    const [verdict] = await trials.evaluate('judge', [all, ISOLATION, 1, programs], options)
    expect(verdict).toMatchObject({ error: 'ERR_SYSTEM', left: [] })
  })
})

describe('What no job can promise', () => {
  const asSetuid = [...asNobody.slice(0, -4), '--inh-caps', '+dac_read_search,+setuid']
  const prefix = ['setsid', ...asSetuid, '--ambient-caps', '+dac_read_search,+setuid']

  it.skipIf(lacksRoot())('is named: a process of a user whom nobody here may kill', async () => {
    const all = [{ names: ['other_user_by_right', 'daemon'], act: 'kill' } as const]
    const verdicts = await trials.evaluate('judge', [all, ISOLATION, 1, programs], {
      ...OPTIONS,
      prefix,
    })
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

  it('is found by nobody: an emptied environment, and the keeper killed', async () => {
    const all = [{ names: ['kill_keeper', 'empty_environment', 'daemon'], act: 'itself' } as const]
    const [verdict] = await trials.evaluate('judge', [all, ISOLATION, 1, programs], OPTIONS)
    expect(verdict).toMatchObject({ error: 'ERR_SYSTEM', harmed: [] })
    expect((verdict as Verdict).left).toEqual([expect.stringMatching(/^sleep/)])
  })
})

async function introductionOf(node: ChildProcess): Promise<Introduction> {
  const lines = createInterface(node.stdout as NonNullable<typeof node.stdout>)
  const [line] = await once(lines, 'line')
  return JSON.parse(line)
}

// A command may be started after its Node has ended, so that the search came too early.
const marks: string[] = []

afterAll(() => eventually(() => expect(marks.flatMap(marked)).toEqual([]), 10_000))

/** Waits for the end of a victim's job, and ends what else it has started. */
async function expectNothingLeft({ mark, bystanders }: Introduction): Promise<void> {
  marks.push(mark)
  try {
    await eventually(() => expect(marked(mark)).toEqual([]), 10_000)
    const kinds = ['group', 'session', 'child', 'stopped']
    const seen = bystanders.map((pid, i) => look(pid, kinds[i] as string))
    expect(seen.filter(isHarmed)).toEqual([])
  } finally {
    for (const pid of bystanders) process.kill(pid, 'SIGKILL')
    await endMarked(mark)
  }
}

/** Starts a victim. One that aborts prints its stack. */
const start = (command: string[], end?: End) =>
  spawn('setsid', command, {
    stdio: ['ignore', 'pipe', end === 'abort' ? 'ignore' : 'inherit'],
    env: environment,
  })

describe.each(['start', 'running', 'grace'] as const)('In its phase "%s" a job', (phase: Phase) => {
  it.each(['SIGKILL', 'SIGSTOP', 'abort', 'exit'] as const)(
    'ends with Node: %s',
    async (end: End) => {
      const node = start(victims.command('victim', [phase, end, ISOLATION, programs]), end)
      const exit = once(node, 'exit')
      const introduction = await introductionOf(node)
      try {
        if (end === 'SIGSTOP')
          await eventually(() => expect(marked(introduction.mark)).not.toEqual([]))
        else await exit
        await expectNothingLeft(introduction)
      } finally {
        node.kill('SIGKILL')
        await exit
      }
    },
  )

  it('ends with the worker that has started it', async () => {
    const node = start(victims.command('terminated', [phase, ISOLATION, programs]))
    const exit = once(node, 'exit')
    try {
      await expectNothingLeft(await introductionOf(node))
    } finally {
      node.kill('SIGKILL')
      await exit
    }
  })
})
