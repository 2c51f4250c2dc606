import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { LIMIT_BITS } from '../../../lib/keeper/frames.js'
import { startJob } from './jobs.js'

// The counts of a group, in files as the kernel has them.

/** Runs a job in groups with these files, and gives the limits that it was told to have hit. */
async function hitsOf(files: Readonly<Record<string, string>>): Promise<number> {
  const parent = mkdtempSync(join(tmpdir(), 'sexton-'))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  const group = join(parent, 'sexton-17-2147483647')
  mkdirSync(group)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(group, name), text)
  const groups = { parents: [parent], joined: 0, owner: 17, number: 2_147_483_647 }
  const { keeper, events } = startJob(['true'], { groups: { ...groups, cgroup: undefined } })
  expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  const limited = events.find((event) => event.kind === 'limited')
  return limited?.kind === 'limited' ? limited.limits : 0
}

const { processes, memory, cpu } = LIMIT_BITS

describe('A keeper', () => {
  it.each([
    ['version 2, no process more', { 'pids.events': 'max 3\n' }, processes],
    [
      'version 2, killed for want of memory',
      { 'memory.events': 'low 0\nhigh 0\nmax 91\noom 2\noom_kill 1\noom_group_kill 0\n' },
      memory,
    ],
    [
      'version 2, memory reclaimed in time',
      { 'memory.events': 'low 0\nhigh 0\nmax 91\noom 0\noom_kill 0\noom_group_kill 0\n' },
      0,
    ],
    [
      'version 2, throttled',
      { 'cpu.stat': 'usage_usec 9\nnr_periods 9\nnr_throttled 4\nthrottled_usec 5\n' },
      cpu,
    ],
    [
      'version 2, not throttled',
      { 'cpu.stat': 'usage_usec 9\nnr_periods 9\nnr_throttled 0\nthrottled_usec 5\n' },
      0,
    ],
    [
      'version 1, all',
      {
        'pids.events': 'max 12\n',
        'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
        'cpu.stat': 'nr_periods 1\nnr_throttled 1\nthrottled_time 9\n',
      },
      processes | memory | cpu,
    ],
    ['version 1, no memory killer', { 'memory.oom_control': 'oom_kill_disable 1\n' }, 0],
    ['no file', {}, 0],
    ['an empty file', { 'pids.events': '' }, 0],
  ])('reads what limits were hit: %s', async (_, files, limits) => {
    expect(await hitsOf(files as Record<string, string>)).toBe(limits)
  })
})
