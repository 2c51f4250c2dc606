import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { binding, P_ALL, P_PID, P_PIDFD } from '../../lib/system/binding.js'
import { programFile } from '../program-file.js'
import { CLD_EXITED, CLD_KILLED, reap, recordsOf, spawnShell, untilZombie, wait } from './raw.js'

const { ECHILD, EBADF, EINVAL } = constants.errno

const programs = await programFile<typeof import('./wait.program.js')>(
  './wait.program.ts',
  import.meta.url,
)

describe('wait', () => {
  it.each(['P_PID', 'P_PIDFD'] as const)(
    'by %s: peeks as often as asked, takes once',
    async (by) => {
      const { pid, pidfd } = spawnShell('read x; exit 7', { fds: Int32Array.of(-1, -1, -1) })
      const [type, id] = by === 'P_PID' ? [P_PID, pid] : [P_PIDFD, pidfd]
      await untilZombie(pid)
      const ended = { pid, cause: CLD_EXITED, status: 7 }
      expect(wait(type, id, binding.peek)).toMatchObject(ended)
      expect(wait(type, id, binding.peek)).toMatchObject(ended)
      expect(wait(type, id)).toMatchObject(ended)
      expect(wait(type, id)).toBe(-ECHILD)
      expect(wait(type, id, binding.peek)).toBe(-ECHILD)
      binding.closeFd(pidfd)
    },
  )

  it('answers 0 for a child that lives, and does not block', async () => {
    const { pid, pidfd } = spawnShell('exec sleep 1000')
    expect(wait(P_PID, pid)).toBe(0)
    expect(wait(P_PIDFD, pidfd, binding.peek)).toBe(0)
    expect(wait(P_ALL, 0)).toBe(0)
    binding.kill(pid, constants.signals.SIGKILL)
    expect(await reap(pid)).toMatchObject({ pid, cause: CLD_KILLED, status: 9 })
    binding.closeFd(pidfd)
  })

  it('answers -errno for no child, no descriptor and no such type', () => {
    expect(wait(P_PID, process.ppid)).toBe(-ECHILD)
    expect(wait(P_PID, process.pid)).toBe(-ECHILD)
    expect(wait(P_ALL, 0)).toBe(-ECHILD)
    expect(wait(P_PIDFD, 1_000_000)).toBe(-EBADF)
    expect(wait(77, 1)).toBe(-EINVAL)
  })

  it('by P_ALL: peeks at one and leaves it, takes all that there is room for', async () => {
    const pids = [1, 2, 3, 4, 5].map((code) => spawnShell(`exit ${code}`, { pidfd: false }).pid)
    for (const pid of pids) await untilZombie(pid)
    const room = new Float64Array(3 * binding.waitFields)
    expect(binding.wait(P_ALL, 0, binding.peek, room)).toBe(1)
    expect(binding.wait(P_ALL, 0, 0, room)).toBe(3)
    const first = recordsOf(room, 3)
    expect(binding.wait(P_ALL, 0, 0, room)).toBe(2)
    const taken = [...first, ...recordsOf(room, 2)]
    expect(taken.map(({ pid }) => pid).sort()).toEqual(pids.sort())
    expect(taken.map(({ status }) => status).sort()).toEqual([1, 2, 3, 4, 5])
    expect(binding.wait(P_ALL, 0, 0, room)).toBe(-ECHILD)
  })

  it('tells what the child used', async () => {
    const busy = spawnShell('i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done', { pidfd: false })
    const { userCPUTime, maxRSS } = await reap(busy.pid)
    expect(userCPUTime).toBeGreaterThan(10_000)
    expect(userCPUTime).toBeLessThan(10_000_000)
    expect(maxRSS).toBeGreaterThan(100)
  })

  it('with onlyThisThread sees no children of a worker', async () => {
    const seen = await programs.evaluate('lookAtWorkersChild', [])
    expect(seen).toEqual({ any: 0, thisThread: -ECHILD })
  })
})
