import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { describe, expect, it, vi } from 'vitest'
import { binding } from '../../../lib/system/binding.js'
import { readStat } from '../../../lib/system/proc.js'

const { SIGSTOP } = constants.signals

// A keeper that its job stops before anybody hears SIGCHLD. The setup has loaded the library already.
vi.resetModules()
vi.doMock('../../../lib/reaping/reaper.js', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../lib/reaping/reaper.js')>()
  const own = (pid: number, pidfd: number) => {
    process.kill(pid, SIGSTOP)
    while (readStat(pid)?.state !== 'T');
    return original.own(pid, pidfd)
  }
  return { ...original, own }
})
const { startJob } = await import('./jobs.js')

describe('A keeper that was stopped before anybody watches it', () => {
  it('is continued', async () => {
    const ends = new Int32Array(2)
    binding.makeSocketPair(ends)
    // The command lives, and with it the keeper, until its input is closed.
    const { keeper } = startJob(['cat'], { fds: [ends[1] as number, -1, -1] })
    for (const fd of ends) closeSync(fd)
    expect(await keeper.exited).toMatchObject({ code: 0 })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  })
})
