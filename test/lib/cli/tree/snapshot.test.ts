import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { connected, readSnapshot, type TreeProcess } from '../../../../lib/cli/tree/snapshot.js'
import { Dialogue } from '../../dialogue.js'
import { aProcess } from './a-process.js'

const BUSY = `
import sys, time
for line in sys.stdin:
    end = time.process_time() + 0.3
    while time.process_time() < end: pass
    print(line, end='', flush=True)`

const processesUnder = (pid: number) => readSnapshot(pid)?.processes ?? []
const pids = (processes: readonly { pid: number }[] = []) => processes.map(({ pid }) => pid)

describe('readSnapshot', () => {
  it('holds the root and what descends from it', async () => {
    await using shell = new Dialogue(['sh', '-c', 'cat; true'])
    await expect.poll(() => readSnapshot(shell.pid)?.processes[1]?.name).toBe('cat')
    const [root, cat] = processesUnder(shell.pid)
    expect(root).toMatchObject({ pid: shell.pid, command: ['sh', '-c', 'cat; true'] })
    expect(cat).toMatchObject({ ppid: shell.pid, command: ['cat'], zombie: false, orphan: false })
    shell.stdin.end()
    await shell.end()
  })

  it('counts age from the start, and memory as the kernel does', async () => {
    const before = performance.now()
    await using cat = new Dialogue(['cat'])
    await expect.poll(() => readSnapshot(cat.pid)?.processes[0]?.name).toBe('cat')
    const root = processesUnder(cat.pid)[0] as TreeProcess
    expect(root.age).toBeGreaterThanOrEqual(0)
    expect(root.age).toBeLessThan((performance.now() - before) / 1000 + 0.05)
    // The kernel adds it up from counters of each processor, and rounds a little; and it grows until
    // the program waits for its input.
    const share = () => {
      const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${cat.pid}/status`, 'utf8'))
      return (processesUnder(cat.pid)[0] as TreeProcess).memory / 1024 / Number(resident?.[1])
    }
    await expect.poll(share).toBeCloseTo(1, 0)
  })

  it('counts the processor since the snapshot before, or over the whole life', async () => {
    await using busy = new Dialogue(['python3', '-c', BUSY])
    const idle = readSnapshot(busy.pid)
    busy.stdin.write('go\n')
    await busy.line()
    const after = readSnapshot(busy.pid)
    const [root] = after?.processes ?? []
    // 0.3 s of work, over its age as it was just read; the kernel counts in whole ticks.
    expect((root?.cpu ?? 0) * (root?.age ?? 0)).toBeGreaterThan(28.5)
    const since = readSnapshot(busy.pid, idle)
    const elapsed = (since?.time ?? 0) - (idle?.time ?? 0)
    expect((since?.processes[0]?.cpu ?? 0) * elapsed).toBeGreaterThan(28.5)
    await expect
      .poll(() => readSnapshot(busy.pid, after)?.processes[0]?.cpu)
      .toBeLessThan(root?.cpu ?? 0)
  })

  it('is none of who does not exist, or is another than before', () => {
    expect(readSnapshot(4_194_304)).toBeUndefined()
    const snapshot = readSnapshot(process.pid)
    expect(readSnapshot(process.pid, snapshot)).toBeDefined()
    for (const one of snapshot?.processes ?? []) one.startTime -= 1
    expect(readSnapshot(process.pid, snapshot)).toBeUndefined()
  })
})

describe('connected', () => {
  it('puts parents before their children, and children in their order', () => {
    const tree = [aProcess(1, 0), aProcess(4, 2), aProcess(2, 1), aProcess(3, 2), aProcess(5, 1)]
    expect(pids(connected(tree))).toEqual([1, 2, 4, 3, 5])
  })

  it('leaves out those adopted by an outsider, with all below', () => {
    const tree = [aProcess(7, 1), aProcess(8, 7), aProcess(9, 1), aProcess(10, 9)]
    expect(pids(connected(tree))).toEqual([7, 8])
  })

  it('is not caught in a circle of pids that were used again', () => {
    expect(pids(connected([aProcess(1, 0), aProcess(2, 3), aProcess(3, 2)]))).toEqual([1])
  })

  it('bears more children than a call takes arguments', () => {
    const many = Array.from({ length: 200_000 }, (_, i) => aProcess(i + 2, 1))
    expect(connected([aProcess(1, 0), ...many])).toHaveLength(200_001)
  })
})
