import { beforeAll, describe, expect, it } from 'vitest'
import { patience } from '../pace.mjs'
import { programFile } from '../program-file.js'
import { full } from './sizes.js'
import type { TreeStories } from './tree.program.js'
import { inMachine, lacksMachine, type Report, TIMEOUT } from './virtual-machine.js'

// The prebuilt addon and keeper, on a kernel of their own: QEMU's user emulation refuses PR_SET_CHILD_SUBREAPER.

const programs = await programFile<typeof import('./tree.program.js')>(
  './tree.program.ts',
  import.meta.url,
)

describe.skipIf(!full || lacksMachine('arm64'))('On arm64, a job of the level tree', () => {
  let report: Report<TreeStories>

  beforeAll(
    async () => {
      report = await inMachine('arm64', programs.command('main', [], ['node']))
      console.log('arm64', report.times)
    },
    patience(TIMEOUT + 10_000),
  )

  it('is on a kernel of that machine', () => {
    const arm64 = { arch: 'arm64', release: expect.stringMatching(/-cloud-arm64$/) }
    expect(report.of('machine')).toEqual(arm64)
  })

  it('ends what its command has left, and says how', () => {
    expect(report.of('endings')).toEqual({
      nothing: ['exit code 0'],
      session: ['exit code 0', 'terminated'],
      daemon: ['exit code 0', 'terminated', 'terminated'],
      stubborn: ['exit code 0', 'killed', 'killed'],
      stopped: ['exit code 0', 'terminated'],
    })
  })

  it('ends when its time is over', () => {
    expect(report.of('timeout')).toEqual({ endedBy: 'timeout', signal: 'SIGTERM', inTime: true })
  })

  it('ends when Node or its keeper is killed', () => {
    expect(report.of('nodeKilled')).toEqual({ code: null, signal: 'SIGKILL' })
    expect(report.of('keeperKilled')).toEqual({ code: 3, signal: null })
  })

  it('has the exit codes of sexton run', () => {
    expect(report.of('commandLine')).toEqual({ exit: 7, timeout: 124, leak: 122, missing: 127 })
  })
})
