import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  checkJobLimits,
  type LimitName,
  limitFiles,
  writeLimit,
} from '../../../lib/keeper/limits.js'

describe('The limits of a job', () => {
  it.each([
    [{ processes: 1, memory: 1, cpu: 0.01 }],
    [{ processes: 4_194_304, memory: 2 ** 40, cpu: 64 }],
    [{}],
  ])('are accepted: %j', (limits) => {
    expect(checkJobLimits(limits)).toEqual(limits)
  })

  it('are those that are given', () => {
    expect(checkJobLimits(undefined)).toEqual({})
    expect(checkJobLimits({ processes: undefined, cpu: 1 })).toEqual({ cpu: 1 })
  })

  it.each([
    [{ processes: 0 }, 'invalid limits.processes 0: expected an integer from 1 to 4194304'],
    [{ processes: 1.5 }, 'invalid limits.processes 1.5: expected an integer'],
    [{ memory: '1G' }, "invalid limits.memory '1G': expected an integer from 1 to"],
    [{ memory: Number.POSITIVE_INFINITY }, 'invalid limits.memory Infinity: expected an integer'],
    [{ cpu: 0 }, 'invalid limits.cpu 0: expected a number of processors from 0.01 to 10000'],
    [{ cpu: Number.NaN }, 'invalid limits.cpu NaN: expected a number of processors'],
    [{ pids: 5 }, "invalid limit 'pids': expected processes, memory or cpu"],
    [[5], 'invalid limits [Array]: expected a plain object, for example { processes: 64 }'],
  ])('are checked: %j', (limits, message) => {
    expect(() => checkJobLimits(limits)).toThrow(message)
  })

  it('are written to the files of version 2', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sexton-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    // As the kernel makes them.
    for (const file of ['pids.max', 'memory.max', 'memory.swap.max', 'cpu.max']) {
      writeFileSync(join(folder, file), file === 'cpu.max' ? 'max 100000\n' : 'max\n')
    }
    writeLimit(folder, 'processes', 64, 2)
    writeLimit(folder, 'memory', 1_000_000, 2)
    writeLimit(folder, 'cpu', 0.5, 2)
    const start = (file: string) => readFileSync(join(folder, file), 'utf8')
    expect(start('pids.max')).toMatch(/^64/)
    expect(start('memory.max')).toMatch(/^1000000/)
    expect(start('memory.swap.max')).toMatch(/^0/)
    expect(start('cpu.max')).toMatch(/^50000 100000/)
  })

  it('have their files of version 1', () => {
    const of = (name: LimitName, value: number) =>
      limitFiles(name, value, 1).map(({ file, text }) => [file, text])
    expect(of('processes', 50)).toEqual([['pids.max', '50']])
    // The kernel refuses a limit of both that is below the one of memory.
    expect(of('memory', 5)).toEqual([
      ['memory.limit_in_bytes', '5'],
      ['memory.memsw.limit_in_bytes', '5'],
    ])
    expect(of('cpu', 0.5)).toEqual([
      ['cpu.cfs_period_us', '100000'],
      ['cpu.cfs_quota_us', '50000'],
    ])
  })

  it('are not written where the group has no such controller', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sexton-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    expect(() => writeLimit(folder, 'processes', 64, 2)).toThrow('ENOENT')
  })
})
