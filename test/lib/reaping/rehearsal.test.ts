import { expect, it, vi } from 'vitest'
import { ExitStatus } from '../../../lib/exit/exit-status.js'
import { observe } from '../../../lib/reaping/reap-loop.js'
import { ownedChild } from '../../../lib/reaping/reaper.js'
import { NOBODY, takePart } from '../../../lib/reaping/rehearsal.js'
import { spawn } from '../../../lib/spawn/spawn.js'

const statuses = vi.spyOn(ExitStatus, 'fromRecord')

it('The rehearsal of an exit is told to nobody', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const told: unknown[] = []
  takePart((child) => child.onExit((status) => told.push(status)))
  const [first, second] = [spawn('sleep', ['1000']), spawn('sleep', ['1000'])]
  const ends = Promise.all([first.exited, second.exited])
  vi.advanceTimersByTime(60_000)
  const pids = new Set(statuses.mock.results.map(({ value }) => value.pid))
  expect(pids).toEqual(new Set([NOBODY]))
  expect(told).toEqual(statuses.mock.results.map(({ value }) => value))
  expect(ownedChild(NOBODY)).toBeUndefined()
  expect([first.status, second.status]).toEqual([undefined, undefined])
  vi.useRealTimers()
  first.kill('SIGINT')
  second.kill('SIGTERM')
  expect((await ends).map(({ signal }) => signal)).toEqual(['SIGINT', 'SIGTERM'])
})

it('The rehearsal is left out where somebody looks at deaths', async () => {
  vi.resetModules()
  const loop = await import('../../../lib/reaping/reap-loop.js')
  const { spawn: spawnAnew } = await import('../../../lib/spawn/spawn.js')
  expect(loop.observe).not.toBe(observe)
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const seen: number[] = []
  const close = loop.observe({ scope: 'all', wants: () => 0, after: ({ pid }) => seen.push(pid) })
  const child = spawnAnew('sleep', ['1000'])
  vi.advanceTimersByTime(60_000)
  vi.useRealTimers()
  child.kill()
  await child.exited
  close()
  expect(seen).toEqual([child.pid])
})
