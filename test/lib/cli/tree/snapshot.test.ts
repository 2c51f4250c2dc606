import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readSnapshot, type TreeProcess } from '../../../../lib/cli/tree/snapshot.js'
import { Dialogue } from '../../dialogue.js'

const BUSY = `
import sys, time
for line in sys.stdin:
    end = time.process_time() + 0.3
    while time.process_time() < end: pass
    print(line, end='', flush=True)`

const processesUnder = (pid: number) => readSnapshot(pid)?.processes ?? []

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
