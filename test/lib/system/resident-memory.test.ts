import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { descendants } from '../../../lib/index.js'
import { readStat } from '../../../lib/system/proc.js'
import type { ProcessStat } from '../../../lib/system/proc-formats.js'
import { residentMemory } from '../../../lib/system/resident-memory.js'
import { eventually } from '../../eventually.js'
import { keeperPid1 } from '../../program.js'
import { Dialogue } from '../dialogue.js'

const memoryOf = (pid: number) => residentMemory(readStat(pid) as ProcessStat)
const countedBy = (pid: number) =>
  Number(/^Rss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) * 1024

it('residentMemory counts the few pages of a keeper, where stat has none', async () => {
  await using keeper = new Dialogue([keeperPid1, '-s', '--', 'cat'])
  await expect.poll(() => descendants(keeper.pid).map(({ name }) => name)).toEqual(['cat'])
  await expect.poll(() => memoryOf(keeper.pid) - countedBy(keeper.pid)).toBe(0)
  expect(memoryOf(keeper.pid)).toBeGreaterThan(0)
})

it('residentMemory of a large process is what the kernel says of it', () => {
  const share = memoryOf(process.pid) / countedBy(process.pid)
  expect(share).toBeGreaterThan(0.5)
  expect(share).toBeLessThan(2)
})

it('residentMemory of one without memory is 0, whether it is there or not', async () => {
  expect(residentMemory({ pid: 4_194_304, rss: 0 })).toBe(0)
  // The shell becomes a program that reaps nobody, before its child ends.
  await using parent = new Dialogue(['sh', '-c', 'sleep 1000 & echo $!; exec sleep 1000'])
  const dead = Number(await parent.line())
  await eventually(() => expect(readStat(parent.pid)?.name).toBe('sleep'))
  process.kill(dead, 'SIGKILL')
  await eventually(() => expect(readStat(dead)?.state).toBe('Z'))
  expect(memoryOf(dead)).toBe(0)
})
