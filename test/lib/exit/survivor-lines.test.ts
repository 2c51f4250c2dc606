import { describe, expect, it } from 'vitest'
import { type DescribedSurvivor, survivorLines } from '../../../lib/exit/survivor-lines.js'

const survivor = (
  pid: number,
  ppid: number,
  more: Partial<DescribedSurvivor> = {},
): DescribedSurvivor => ({
  pid,
  ppid,
  name: `name${pid}`,
  command: '',
  outcome: 'terminated',
  ...more,
})

describe('survivorLines', () => {
  it('shows commands where they are known, and cuts long ones', () => {
    const command = `sleep ${'1'.repeat(200)}`
    expect(survivorLines([survivor(10, 5, { command })], true)).toEqual([
      `└─ 10 ${command.slice(0, 100)}…: terminated`,
    ])
  })

  it('draws parents above their children, whatever the order of the reports', () => {
    const survivors = [
      survivor(12, 11, { outcome: 'killed' }),
      survivor(20, 5, { outcome: 'running', reason: 'EPERM' }),
      survivor(11, 10),
      survivor(10, 5),
    ]
    expect(survivorLines(survivors, true)).toEqual([
      '├─ 20 name20: still runs (EPERM)',
      '└─ 10 name10: terminated',
      '   └─ 11 name11: terminated',
      '      └─ 12 name12: killed',
    ])
    expect(survivorLines(survivors, false)[0]).toBe('|- 20 name20: still runs (EPERM)')
  })

  it('escapes names, and cuts a long list', () => {
    expect(survivorLines([survivor(10, 5, { name: '\x1b[2J\n' })], true)).toEqual([
      '└─ 10 \\x1b[2J\\n: terminated',
    ])
    const many = Array.from({ length: 5000 }, (_, i) => survivor(10 + i, 5))
    const lines = survivorLines(many, true)
    expect(lines).toHaveLength(50)
    expect(lines.at(-1)).toBe('… and 4951 more')
  })

  it('shows a process that is called its own parent', () => {
    expect(survivorLines([survivor(10, 10)], true)).toHaveLength(1)
  })
})
