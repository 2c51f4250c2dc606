import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../eventually.js'
import { lacks, lacksRoot } from '../../needs.js'
import { keeperPath, startJob, useScript } from './instead.js'

// A keeper that cannot open files, or only later: what it could not see may be there all the same.

/** The processor time of a process, in milliseconds. */
function timeOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14)
  return (Number(user) + Number(system)) * 10
}

/** Lets some calls of the next job's keeper fail, in strace's words. */
function letFail(injection: string): void {
  useScript(`exec strace -D -qqq -o /dev/null -e inject=${injection} '${keeperPath}'`)
}

describe('A keeper that may open no file', () => {
  it('sleeps, and has its job ended by the mark', async () => {
    useScript(`exec '${keeperPath}'`)
    const limit = 'prlimit --pid $PPID --nofile=0:0 && exec sleep 1000'
    const { keeper } = startJob(['sh', '-c', limit], { grace: 50 })
    await keeper.started
    await eventually(() => {
      expect(readFileSync(`/proc/${keeper.pid}/limits`, 'utf8')).toMatch(/^Max open files +0 /m)
    })
    const before = timeOf(keeper.pid)
    await sleep(500)
    expect(timeOf(keeper.pid) - before).toBeLessThan(50)
    keeper.end(77)
    await expect(keeper.exited).rejects.toMatchObject({ code: 'ERR_SYSTEM' })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  })
})

// The third openat(2) is the first one after the start.
describe.skipIf(lacks('strace'))('A keeper that has no free descriptor for a moment', () => {
  it('tells later who is kept', async () => {
    letFail('openat:error=EMFILE:when=3..8')
    const { keeper } = startJob(['sh', '-c', 'sleep 1000 & exit 3'], { leftovers: 'keep' })
    expect(await keeper.ended).toEqual({ kept: 1, left: 0 })
    for (const { pid } of keeper.processes()) process.kill(pid, 'SIGKILL')
  })

  it.skipIf(lacksRoot())('does not take a PID namespace for empty', async () => {
    letFail('openat:error=EMFILE:when=3..8')
    const settings = { leftovers: 'wait', isolation: 'pid-namespace' } as const
    const { keeper, events } = startJob(['sh', '-c', 'sleep 0.2 & exit 3'], settings)
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(events).toMatchObject([{ kind: 'reaped', status: { code: 0 } }])
  })
})
