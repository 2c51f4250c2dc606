import { beforeAll, describe, expect, it } from 'vitest'
import { patience } from '../pace.mjs'
import { programFile } from '../program-file.js'
import type { GroupStories } from './cgroups.program.js'
import { full } from './sizes.js'
import {
  inMachine,
  lacksMachine,
  type MachineKind,
  type Report,
  TIMEOUT,
} from './virtual-machine.js'

// The groups of version 2 of many machines lack the controllers. In a virtual machine they have them all.

const programs = await programFile<typeof import('./cgroups.program.js')>(
  './cgroups.program.ts',
  import.meta.url,
)

// As the kernel has them: whole pages of memory, no swap, microseconds of each 100 000.
const HELD = { stdout: '20\n39997440\n0\n50000 100000', code: 0, survivors: [] }
const AT_LEVELS = Object.fromEntries(
  ['tree', 'cgroup', 'pid-namespace'].map((level) => [level, expect.objectContaining(HELD)]),
)

// The second kernel has no cgroup.kill.
const KINDS = ['x64', 'x64 with Linux 5.10'] as const

describe.each(KINDS)('On %s', (kind) => {
  describe.skipIf(!full || lacksMachine(kind))('a job in a group with all controllers', () =>
    tellStories(kind),
  )
})

function tellStories(kind: MachineKind): void {
  let report: Report<GroupStories>

  beforeAll(
    async () => {
      report = await inMachine(kind, programs.command('main', [], ['node']))
      console.log(kind, report.times)
    },
    patience(TIMEOUT + 10_000),
  )

  it('is on a kernel that has them', () => {
    const { controllers, release } = report.of('kernel')
    expect(controllers).toEqual(expect.arrayContaining(['cpu', 'memory', 'pids']))
    expect(release).toMatch(/-cloud-amd64$/)
  })

  it.each(['limits', 'userLimits'] as const)('has the limits at each level: %s', (story) => {
    expect(report.of(story)).toEqual(AT_LEVELS)
  })

  it.each(['processes', 'bombInGroup', 'userBomb'] as const)(
    'has no more processes when it is a fork bomb: %s',
    (story) => {
      const { most, limitsHit } = report.of(story)
      expect(limitsHit).toEqual(['processes'])
      expect(most).toBeGreaterThan(12)
      expect(most).toBeLessThanOrEqual(20)
    },
  )

  it('is killed beyond its memory, the command or a child', () => {
    expect(report.of('memory')).toMatchObject({ signal: 'SIGKILL', limitsHit: ['memory'] })
    expect(report.of('memoryOfChild')).toMatchObject({ stdout: '137', limitsHit: ['memory'] })
  })

  it.each(['cpu', 'userCpu'] as const)('waits beyond its processor time: %s', (story) => {
    const { processors, limitsHit } = report.of(story)
    expect(limitsHit).toEqual(['cpu'])
    expect(processors).toBeGreaterThan(0.1)
    expect(processors).toBeLessThan(0.65)
  })

  it('ends what is stubborn', () => {
    expect(report.of('stubborn')).toMatchObject({ survivors: ['killed', 'terminated'] })
  })

  it('is frozen and killed by its group', () => {
    const killed = { freeze: 'change', stranger: 'SIGKILL', command: 'SIGKILL' }
    expect(report.of('stranger')).toEqual(killed)
  })

  it('ends when Node or its keeper is killed, at each level', () => {
    const levels = (how: string | number) => ({ tree: how, cgroup: how, 'pid-namespace': how })
    expect(report.of('nodeKilled')).toEqual(levels('SIGKILL'))
    expect(report.of('keeperKilled')).toEqual(levels(3))
  })

  it('leaves no group of a job in it', () => {
    expect(report.of('nested')).toEqual({ outcomes: ['killed'] })
  })

  it('says why it cannot start, or not live, with too little memory', () => {
    const failure = 'ERR_SPAWN_FAILED'
    // What the kernel counts until exec has changed between its versions.
    const either = expect.toSatisfy((outcome) => [failure, 'SIGKILL'].includes(outcome))
    expect(report.of('tinyLimits').outcomes).toEqual([failure, failure, either, 'SIGKILL'])
  })

  it('is refused limits where a user may have none', () => {
    const { busy, roots, without } = report.of('refusals')
    const problem = expect.stringMatching(/ in \S+\/delegated, which has processes itself$/)
    expect(busy).toMatchObject({ message: [problem, problem, problem], later: { code: 0 } })
    const refused = (message: RegExp) => ({
      failure: 'ERR_UNSUPPORTED',
      message: expect.stringMatching(message),
    })
    expect(roots).toEqual(refused(/ cannot be made: EACCES$/))
    expect(without).toEqual(refused(/\/delegated\/main has no controller 'pids'$/))
  })

  it('tells by the exit code of sexton run, and its report', () => {
    expect(report.of('commandLine')).toEqual({
      memory: { code: 137, endedBy: 'exit', limitsHit: ['memory'], left: false },
      processes: { code: 124, endedBy: 'timeout', limitsHit: ['processes'], left: true },
      cpu: { code: 124, endedBy: 'timeout', limitsHit: ['cpu'], left: false },
      leak: { code: 122, endedBy: 'exit', limitsHit: [], left: true },
    })
  })
}
