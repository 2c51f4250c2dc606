import { afterEach, describe, expect, it, vi } from 'vitest'
import { SextonError } from '../../../../lib/base/errors.js'
import { watchKeptZombies } from '../../../../lib/cli/pid1/kept-zombies.js'
import { Remainder } from '../../../../lib/cli/pid1/remainder.js'
import type { Report } from '../../../../lib/cli/pid1/report.js'
import { spawn } from '../../../../lib/index.js'
import type { ProcessStat } from '../../../../lib/system/proc-formats.js'

const tree = vi.hoisted(() => ({ failures: 0, fake: undefined as ProcessStat[] | undefined }))

vi.mock('../../../../lib/system/descendants.js', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../../lib/system/descendants.js')>()
  const readDescendants = () => {
    if (tree.failures === 0) return tree.fake ?? original.readDescendants()
    tree.failures -= 1
    throw new SextonError('ERR_SYSTEM', 'open: EMFILE', { errno: 24 })
  }
  return { ...original, readDescendants }
})

function fakeReport() {
  const said: string[] = []
  const report = { wants: () => false, say: () => {}, event: () => {} }
  return {
    said,
    report: { ...report, warn: (text: string) => said.push(text) } as unknown as Report,
  }
}

afterEach(() => {
  tree.failures = 0
  tree.fake = undefined
  vi.useRealTimers()
})

describe('the remainder of a command', () => {
  it('is asked to end as soon as the tree can be read', async () => {
    const children = Array.from({ length: 40 }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }))
    const { report, said } = fakeReport()
    tree.failures = 5
    await new Remainder(report).end(100_000)
    const signals = await Promise.all(children.map(async ({ exited }) => (await exited).signal))
    expect(new Set(signals)).toEqual(new Set(['SIGTERM']))
    expect({ said, left: tree.failures }).toEqual({ said: [], left: 0 })
  })

  it('is given up with the reason where the tree stays unreadable', async () => {
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
    const { report, said } = fakeReport()
    tree.failures = Number.POSITIVE_INFINITY
    await new Remainder(report).end(0)
    expect(said).toEqual(['processes that /proc does not show are left running: open: EMFILE'])
    child.kill('SIGKILL')
    await child.exited
  })
})

describe('a kept zombie', () => {
  it('is reported once although a look fails in between', () => {
    vi.useFakeTimers()
    const { report, said } = fakeReport()
    const parent = { pid: 10, name: 'parent', state: 'S', ppid: 9, threads: 1, startTime: 1 }
    const zombie = { pid: 11, name: 'dead', state: 'Z', ppid: 10, threads: 1, startTime: 2 }
    tree.fake = [parent, zombie] as ProcessStat[]
    const stop = watchKeptZombies(100, report)
    vi.advanceTimersByTime(300)
    tree.failures = 2
    vi.advanceTimersByTime(300)
    stop()
    expect({ reports: said.length, left: tree.failures }).toEqual({ reports: 1, left: 0 })
  })
})
