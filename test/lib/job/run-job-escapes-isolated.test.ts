import { chownSync, mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it, onTestFinished } from 'vitest'
import { judge } from '../../escapes/judge.js'
import { LEVELS } from '../../escapes/levels.js'
import { expectEndWithNode, expectEndWithWorker, expectNoneLeft } from '../../escapes/phases.js'
import type { Verdict } from '../../escapes/trial.program.js'
import { attacksAt, type Escape, type Trial } from '../../escapes/trials.js'
import { expectClean } from '../../escapes/verdicts.js'
import { eventually } from '../../eventually.js'
import { cgroupFolder, lacksRoot } from '../../needs.js'
import { patience, sized } from '../../pace.mjs'

// The levels beyond 'tree': what a level changes, and what 'tree' cannot promise. `npm run soak -- escapes` does the rest.

/** Escapes that a level ends in its own way: by freezing, by killing as a whole, by an init. */
const ESCAPES: readonly Escape[] = [
  ...(['daemon', 'respawn', 'fork_while_dying', 'reparent_chain', 'empty_environment'] as const),
  ...(['many', 'vfork_parent', 'tracer', 'trace_me', 'subreapers', 'continuers'] as const),
  ...(['clone_parent', 'pid_namespace', 'other_user', 'fork_bomb', 'leave_cgroup'] as const),
]
const MANY = sized(1000, 200)

// Each by one of the two ways, so that half of them end by themselves.
const TRIALS = ESCAPES.map((name, i): Trial => {
  return { names: [name], act: i % 2 === 0 ? 'exit' : 'kill', many: MANY }
})

afterAll(expectNoneLeft)

describe.each(LEVELS)('A job of the level %s', (isolation) => {
  const attacks = attacksAt(isolation)
  let verdicts: Verdict[] = []

  beforeAll(async () => {
    const own = attacks.map(({ name, act }): Trial => ({ names: [name, 'daemon'], act }))
    verdicts = await judge([...TRIALS, ...own], { isolation })
  }, patience(55_000))

  it.each(ESCAPES)('ends with its processes: %s', (name) => {
    expectClean(verdicts[ESCAPES.indexOf(name)] as Verdict)
  })

  it.each(attacks)('ends though it attacks: $name', (attack) => {
    expectClean(verdicts[ESCAPES.length + attacks.indexOf(attack)] as Verdict, attack.error)
  })

  it('ends with Node', () => expectEndWithNode('running', 'SIGKILL', isolation))

  it('ends with Node in its grace', () => expectEndWithNode('grace', 'abort', isolation))

  it('ends with the worker that has started it', () => expectEndWithWorker('running', isolation))
})

// A user who may become another one, and may not kill that one.
const capabilities = (...names: readonly string[]) => names.map((name) => `+${name}`).join(',')
const withRights = (...names: readonly string[]) => [
  ...['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'],
  ...['--inh-caps', capabilities(...names), '--ambient-caps', capabilities(...names)],
]

/** A command that runs the rest in a group of its own, which another user may use. */
function inDelegatedGroup(): string[] {
  const path = join(cgroupFolder() as string, `sexton-test-${process.pid}`)
  mkdirSync(path)
  onTestFinished(() => eventually(() => rmdirSync(path)))
  for (const name of ['', 'cgroup.procs']) chownSync(join(path, name), 65534, 65534)
  return ['sh', '-c', 'echo 0 > "$0/cgroup.procs" && exec "$@"', path]
}

describe.skipIf(lacksRoot())('A process of a user whom nobody here may kill', () => {
  const all: Trial[] = [{ names: ['other_user_by_right', 'daemon'], act: 'kill' }]

  it.skipIf(!LEVELS.includes('cgroup'))('ends with its cgroup', async () => {
    const prefix = [...inDelegatedGroup(), 'setsid', ...withRights('dac_read_search', 'setuid')]
    const [verdict] = await judge(all, { isolation: 'cgroup' }, { prefix })
    expectClean(verdict as Verdict)
  })

  it.skipIf(!LEVELS.includes('pid-namespace'))('ends with its PID namespace', async () => {
    const prefix = ['setsid', ...withRights('dac_read_search', 'setuid', 'sys_admin')]
    const [verdict] = await judge(all, { isolation: 'pid-namespace' }, { prefix })
    expectClean(verdict as Verdict)
  })
})

it.skipIf(!LEVELS.includes('cgroup'))('A cgroup ends without keeper and marks', async () => {
  const all = [{ names: ['kill_keeper', 'take_off_marks', 'daemon'], act: 'itself' } as const]
  const [verdict] = await judge(all, { isolation: 'cgroup' })
  expectClean(verdict as Verdict, 'ERR_SYSTEM')
})
