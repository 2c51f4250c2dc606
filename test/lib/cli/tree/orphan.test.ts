import { describe, expect, it } from 'vitest'
import { orphans } from '../../../../lib/cli/tree/orphan.js'
import type { TreeProcess } from '../../../../lib/cli/tree/snapshot.js'
import { aProcess } from './a-process.js'

/** A process with its process group and session. */
const kin = (pid: number, ppid: number, group: number, session: number, more = {}) =>
  aProcess(pid, ppid, { processGroup: group, session, ...more })

function orphansAmong(...processes: TreeProcess[]): number[] {
  return [...orphans(processes, (pid) => processes.find((one) => one.pid === pid))]
}

const app = kin(1, 0, 1, 1, { name: 'app' })

describe('orphans by their session', () => {
  it('are in one that their parent never was in', () => {
    // 3 was the child of 2, a session's leader, which is dead.
    expect(orphansAmong(app, kin(3, 1, 2, 2))).toEqual([3])
    // The same under a living leader elsewhere in the tree.
    expect(orphansAmong(app, kin(2, 1, 2, 2), kin(3, 1, 2, 2))).toEqual([3])
  })

  it('are not those who lead a session or share that of their parent', () => {
    expect(orphansAmong(app, kin(2, 1, 2, 2), kin(3, 2, 2, 2), kin(4, 1, 1, 1))).toEqual([])
  })

  it('are not those who were born before their parent founded its own', () => {
    expect(orphansAmong(app, kin(2, 1, 2, 2), kin(3, 2, 1, 1))).toEqual([])
  })

  it('are not told by a session outside the PID namespace', () => {
    expect(orphansAmong(app, kin(2, 1, 0, 0))).toEqual([])
    expect(orphansAmong(kin(1, 0, 0, 0), kin(2, 1, 0, 0), kin(3, 1, 3, 3))).toEqual([])
  })
})

describe('orphans by their process group', () => {
  it('are in the group of a dead leader that their parent never was in', () => {
    expect(orphansAmong(app, kin(3, 1, 2, 1))).toEqual([3])
  })

  it('may be the rest of a pipeline under job control', () => {
    expect(orphansAmong({ ...app, terminal: 34_816 }, kin(3, 1, 2, 1))).toEqual([])
  })

  it('are not members of a pipeline, which start together', () => {
    const shell = { ...app, terminal: 34_816 }
    const first = kin(2, 1, 2, 1, { startTime: 200 })
    expect(orphansAmong(shell, first, kin(3, 1, 2, 1, { startTime: 201 }))).toEqual([])
    expect(orphansAmong(shell, first, kin(3, 1, 2, 1, { startTime: 300 }))).toEqual([3])
  })

  it('are in the group of a living leader that is no sibling', () => {
    expect(orphansAmong(app, kin(2, 1, 1, 1), kin(3, 2, 3, 1), kin(4, 1, 3, 1))).toEqual([4])
  })

  it('are neither group leaders nor older than their parent’s group', () => {
    expect(orphansAmong(app, kin(2, 1, 2, 1), kin(3, 2, 1, 1), kin(4, 2, 2, 1))).toEqual([])
  })
})

describe('orphans under an init that starts one command', () => {
  const inits = [
    { name: 'tini', command: ['/sbin/tini', '--', 'app'] },
    { name: 'dumb-init', command: [] },
    { name: 'node', command: ['/usr/bin/node', '/usr/local/bin/pid1', 'app'] },
    { name: 'node-MainThread', command: ['node', '--jitless', '/app/dist/cli/pid1.js', 'app'] },
  ]
  it.each(inits)('are all its children but the eldest: $name', (init) => {
    const tree = [kin(1, 0, 1, 1, init), kin(2, 1, 1, 1), kin(3, 2, 1, 1), kin(4, 1, 1, 1)]
    expect(orphansAmong(...tree)).toEqual([4])
    // Node beside the keeper is the eldest, and no orphan.
    const observer = kin(5, 1, 5, 5, {
      startTime: 1,
      command: ['node', '/pid1.js', '--keeper=3:pid1'],
    })
    expect(orphansAmong(...tree, observer)).toEqual([4])
    // The eldest, in whatever order they are listed, and if its pid is the larger (they wrap around).
    const wrapped = kin(9, 1, 1, 1, { startTime: 150 })
    expect(orphansAmong(kin(1, 0, 1, 1, init), kin(4, 1, 1, 1), wrapped)).toEqual([4])
  })

  it.each([
    { name: 'node', command: ['node', 'server.js', 'pid1'] },
    { name: 'grep', command: ['grep', 'tini', 'pid1.js'] },
  ])('are not assumed of $command', (program) => {
    const tree = [kin(1, 0, 1, 1, program), kin(2, 1, 1, 1), kin(3, 1, 1, 1)]
    expect(orphansAmong(...tree)).toEqual([])
  })
})

describe('orphans', () => {
  it('are looked for beyond the list where their parent is not in it', () => {
    const root = kin(3, 1, 2, 2)
    expect([...orphans([root], (pid) => (pid === 1 ? app : undefined))]).toEqual([3])
    expect([...orphans([root], () => undefined)]).toEqual([])
  })
})
