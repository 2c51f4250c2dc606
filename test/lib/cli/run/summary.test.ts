import { describe, expect, it } from 'vitest'
import { summary } from '../../../../lib/cli/run/summary.js'
import type { JobSurvivor } from '../../../../lib/job/job-events.js'

const survivor = (pid: number, ppid: number, more: Partial<JobSurvivor> = {}): JobSurvivor => ({
  pid,
  ppid,
  name: `name${pid}`,
  command: '',
  outcome: 'terminated',
  ...more,
})

const linesOf = (survivors: readonly JobSurvivor[], endedBy = 'exit') =>
  summary({ survivors, endedBy }, true)

describe('summary', () => {
  it('shows commands where they are known, and cuts long ones', () => {
    const command = `sleep ${'1'.repeat(200)}`
    expect(linesOf([survivor(10, 5, { command })])[1]).toBe(
      `└─ 10 ${command.slice(0, 100)}…: terminated`,
    )
  })

  it('is silent without news', () => {
    expect(linesOf([])).toEqual([])
    expect(linesOf([], 'signal')).toEqual([])
  })

  it('draws parents above their children, whatever the order of the reports', () => {
    const survivors = [
      survivor(12, 11, { outcome: 'killed' }),
      survivor(20, 5, { outcome: 'running', reason: 'EPERM' }),
      survivor(11, 10),
      survivor(10, 5),
    ]
    expect(linesOf(survivors)).toEqual([
      'sexton run: 4 processes outlived the command:',
      '├─ 20 name20: still runs (EPERM)',
      '└─ 10 name10: terminated',
      '   └─ 11 name11: terminated',
      '      └─ 12 name12: killed',
    ])
    expect(summary({ survivors, endedBy: 'exit' }, false)[1]).toBe(
      '|- 20 name20: still runs (EPERM)',
    )
  })

  it('says why the job was ended', () => {
    expect(linesOf([], 'timeout')).toEqual(['sexton run: timed out'])
    expect(linesOf([], 'idle')).toEqual(['sexton run: no output for too long'])
    expect(linesOf([survivor(10, 5)], 'timeout')[0]).toBe(
      'sexton run: timed out; 1 process was ended with the command:',
    )
    expect(linesOf([survivor(10, 5), survivor(11, 10)], 'signal')[0]).toBe(
      'sexton run: 2 processes were ended with the command:',
    )
  })

  it('escapes names, and cuts a long list', () => {
    expect(linesOf([survivor(10, 5, { name: '\x1b[2J\n' })])[1]).toBe(
      '└─ 10 \\x1b[2J\\n: terminated',
    )
    const many = Array.from({ length: 5000 }, (_, i) => survivor(10 + i, 5))
    const lines = linesOf(many)
    expect(lines).toHaveLength(51)
    expect(lines[0]).toContain('5000 processes')
    expect(lines.at(-1)).toBe('… and 4951 more')
  })

  it('shows a process that is called its own parent', () => {
    expect(linesOf([survivor(10, 10)])).toHaveLength(2)
  })
})
