import { describe, expect, it } from 'vitest'
import { summary } from '../../../../lib/cli/run/summary.js'
import type { JobSurvivor } from '../../../../lib/job/job-events.js'

const survivor = (pid: number, ppid: number): JobSurvivor => ({
  pid,
  ppid,
  name: `name${pid}`,
  command: '',
  outcome: 'terminated',
})

const linesOf = (survivors: readonly JobSurvivor[], endedBy = 'exit') =>
  summary({ survivors, endedBy }, true)

describe('summary', () => {
  it('is silent without news', () => {
    expect(linesOf([])).toEqual([])
    expect(linesOf([], 'signal')).toEqual([])
  })

  it('counts what outlived the command, and draws it as a tree', () => {
    expect(linesOf([survivor(11, 10), survivor(10, 5)])).toEqual([
      'sexton run: 2 processes outlived the command:',
      '└─ 10 name10: terminated',
      '   └─ 11 name11: terminated',
    ])
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
})
