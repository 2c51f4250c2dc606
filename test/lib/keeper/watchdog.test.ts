import { constants } from 'node:os'
import { describe, expect, it, vi } from 'vitest'
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

// A job that takes this process's descriptors, and gives them back when its keeper goes on or 5 seconds are over.
const STARVING = `
  limit=$(prlimit --pid $1 --nofile --raw --noheadings --output SOFT,HARD | tr ' ' :)
  prlimit --pid $1 --nofile=1:
  kill -STOP $PPID
  for i in $(seq 500); do
    grep -q '^State:.T' /proc/$PPID/status || break
    sleep 0.01
  done
  prlimit --pid $1 --nofile=$limit
  [ $i -lt 500 ]
`

describe('A keeper that is stopped', () => {
  it('is continued though this process may open no file', async () => {
    const { keeper } = startJob(['sh', '-c', STARVING, 'sh', String(process.pid)])
    expect(await keeper.exited).toMatchObject({ code: 0 })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  })
})

describe('A keeper that was stopped before anybody watches it', () => {
  it('is continued', async () => {
    const { keeper } = startJob(['true'])
    expect(await keeper.exited).toMatchObject({ code: 0 })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  })
})
