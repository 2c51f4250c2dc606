import { describe, expect, it } from 'vitest'
import { guiltyZombies, lingering } from '../../../../lib/cli/tree/guilty.js'
import { readDescendants } from '../../../../lib/system/descendants.js'
import { readStat } from '../../../../lib/system/proc.js'
import { isZombie, type ProcessStat } from '../../../../lib/system/proc-formats.js'
import { Stranger } from '../../stranger.js'
import { aProcess } from './a-process.js'

const zombie = (pid: number, ppid: number) => aProcess(pid, ppid, { state: 'Z', name: 'dead' })

describe('guiltyZombies', () => {
  it('names the living parents, the one that keeps most first', () => {
    const processes = [
      ...[aProcess(1, 0), aProcess(2, 1, { name: 'one' }), zombie(3, 2)],
      ...[aProcess(4, 1, { name: 'two' }), zombie(5, 4), zombie(6, 4), aProcess(7, 4)],
    ]
    const dead = (pid: number) => ({ pid, name: 'dead', startTime: 100 * pid })
    expect(guiltyZombies(processes)).toEqual([
      { parent: { pid: 4, name: 'two' }, zombies: [dead(5), dead(6)] },
      { parent: { pid: 2, name: 'one' }, zombies: [dead(3)] },
    ])
  })

  it('accuses nobody who is dead, unknown, or has living children only', () => {
    expect(guiltyZombies([])).toEqual([])
    expect(guiltyZombies([aProcess(1, 0), aProcess(2, 1)])).toEqual([])
    expect(guiltyZombies([zombie(2, 1)])).toEqual([])
    expect(guiltyZombies([zombie(2, 1), zombie(3, 2)])).toEqual([])
  })

  it('takes no process for dead of which only the first thread has ended', () => {
    const leaderless = aProcess(2, 1, { state: 'Z', threads: 3 })
    expect(isZombie(leaderless)).toBe(false)
    expect(guiltyZombies([aProcess(1, 0), leaderless])).toEqual([])
    expect(guiltyZombies([leaderless, zombie(3, 2)])).toMatchObject([{ parent: { pid: 2 } }])
  })
})

describe('lingering', () => {
  it('leaves out a zombie that its parent reaps a moment later', async () => {
    await using stranger = await Stranger.start()
    await stranger.exit(1)
    const parent = readStat(stranger.parent) as ProcessStat
    const processes = [parent, ...readDescendants(stranger.parent)]
    expect(guiltyZombies(await lingering(processes))).toMatchObject([
      { parent: { pid: stranger.parent }, zombies: [{ pid: stranger.pid }] },
    ])
    await stranger.reap()
    expect(guiltyZombies(await lingering(processes))).toEqual([])
  })

  it('waits only where somebody is dead, and can be interrupted', async () => {
    const aborted = AbortSignal.abort()
    expect(await lingering([aProcess(1, 0)], aborted)).toHaveLength(1)
    await expect(lingering([zombie(2, 1)], aborted)).rejects.toThrow('aborted')
  })
})
