import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { backend } from '../../../lib/exit/backend.js'
import type { ExitStatus } from '../../../lib/exit/exit-status.js'
import type { Death, Observer } from '../../../lib/reaping/observers.js'
import type { OwnedChild } from '../../../lib/reaping/owned-child.js'
import { observe } from '../../../lib/reaping/reap-loop.js'
import { ownedChild } from '../../../lib/reaping/reaper.js'
import { spawn } from '../../../lib/spawn/spawn.js'
import { binding } from '../../../lib/system/binding.js'
import { programFile } from '../../program-file.js'
import { untilAllDead } from './dead.js'

// More than a batch of the exit source.
const COUNT = binding.exitBatch + 8

const programs = await programFile<typeof import('./reaper.program.js')>(
  './reaper.program.ts',
  import.meta.url,
)

const wait = vi.spyOn(binding, 'wait')
beforeEach(() => void wait.mockClear())

function startAll(count = COUNT) {
  return Array.from({ length: count }, (_, i) =>
    spawn('sh', ['-c', `exit ${i}`], { stdio: 'ignore' }),
  )
}

const pidsOf = (children: ReturnType<typeof startAll>) => children.map(({ pid }) => pid)
const codes = (count = COUNT) => Array.from({ length: count }, (_, i) => i)
const codesOf = async (children: ReturnType<typeof startAll>) =>
  (await Promise.all(children.map(({ exited }) => exited))).map(({ code }) => code)

/** Keeps the look for stops away, which takes the statuses that it finds: the loop is blocked for longer than it waits. */
function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
}

function observeUntilEnd(observer: Observer): void {
  onTestFinished(observe(observer))
}

describe.runIf(backend() === 'pidfd')('The reaper, of owned children that die at once,', () => {
  it('takes all statuses without a call for each', async () => {
    stopTimers()
    const children = startAll()
    untilAllDead(pidsOf(children))
    expect(await codesOf(children)).toEqual(codes())
    expect(wait).not.toHaveBeenCalled()
  })

  it('notes a whole batch before it tells anyone', async () => {
    stopTimers()
    const children = startAll(binding.exitBatch)
    const pids = pidsOf(children)
    const noted: number[] = []
    const count = () => {
      noted.push(children.filter(({ status }) => status !== undefined).length)
      expect(pids.map(ownedChild)).toEqual(pids.map(() => undefined))
      expect(children.map((child) => child.kill())).toEqual(pids.map(() => false))
    }
    for (const pid of pids) ownedChild(pid)?.onExit(count)
    untilAllDead(pids)
    await codesOf(children)
    expect(noted).toEqual(pids.map(() => pids.length))
  })

  it('keeps their descriptors until all listeners have run, and no longer', async () => {
    stopTimers()
    const children = startAll(binding.exitBatch)
    const pids = pidsOf(children)
    const pidfds = pids.map((pid) => ownedChild(pid)?.pidfd as number)
    const next: { child: OwnedChild | undefined; pidfd: number }[] = []
    const start = () => {
      const child = ownedChild(spawn('true', [], { stdio: 'ignore' }).pid)
      next.push({ child, pidfd: child?.pidfd as number })
    }
    for (const pid of pids) ownedChild(pid)?.onExit(start)
    untilAllDead(pids)
    await children[0]?.exited
    const isOpenYet = pidfds.some((fd) => binding.isOpen(fd))
    expect(next.filter(({ pidfd }) => pidfds.includes(pidfd))).toEqual([])
    const ends = await Promise.all(next.map(({ child }) => child?.exited as Promise<ExitStatus>))
    expect(ends.map(({ code }) => code)).toEqual(pids.map(() => 0))
    expect(isOpenYet).toBe(false)
  })

  it('lets an observer of all children see each before it is taken', async () => {
    const names: (string | undefined)[] = []
    observeUntilEnd({ scope: 'all', wants: () => 0, before: (death) => names.push(death.name()) })
    const children = startAll()
    untilAllDead(pidsOf(children))
    expect(await codesOf(children)).toEqual(codes())
    expect(names).toEqual(children.map(() => 'sh'))
  })

  it('lets an observer of one child see it, and takes the next at once', async () => {
    stopTimers()
    const names: (string | undefined)[] = []
    const before = (death: Death) => names.push(death.name())
    const children = startAll(2)
    for (const pid of pidsOf(children)) observeUntilEnd({ scope: pid, wants: () => 0, before })
    untilAllDead(pidsOf(children))
    expect(await codesOf(children)).toEqual(codes(2))
    expect(names).toEqual(['sh', 'sh'])
    wait.mockClear()
    await codesOf(startAll(1))
    expect(wait).not.toHaveBeenCalled()
  })

  it('shows them to no observer of adopted ones', async () => {
    stopTimers()
    const seen: Death[] = []
    const see = (death: Death) => seen.push(death)
    observeUntilEnd({ scope: 'adopted', wants: () => 0, before: see, after: see })
    const children = startAll()
    untilAllDead(pidsOf(children))
    expect(await codesOf(children)).toEqual(codes())
    expect(seen).toEqual([])
    expect(wait).not.toHaveBeenCalled()
  })

  it('tells an observer of all children of each that it has taken', async () => {
    const seen: number[] = []
    const after = ({ pid, owner }: Death) => seen.push(owner === 'sexton' ? pid : -pid)
    observeUntilEnd({ scope: 'all', wants: () => 0, after })
    const children = startAll()
    await codesOf(children)
    expect(new Set(seen)).toEqual(new Set(pidsOf(children)))
    expect(seen).toHaveLength(COUNT)
  })

  it('tells everybody even if a listener throws', async () => {
    const count = COUNT * 2
    const result = await programs.evaluate('throwFromListeners', [count])
    expect(result).toEqual({ heard: count, errors: count / 2 })
  })
})
