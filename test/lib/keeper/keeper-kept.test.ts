import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import { readStat } from '../../../lib/system/proc.js'
import type { ProcessStat } from '../../../lib/system/proc-formats.js'
import { eventually } from '../../eventually.js'
import { programFile } from '../../program-file.js'
import { startJob } from './jobs.js'
import { MARK, marked } from './marked.js'

const programs = await programFile<typeof import('./keeper-node.program.js')>(
  './keeper-node.program.ts',
  import.meta.url,
)

const mark = `kept-${process.pid}-${process.hrtime.bigint()}`

const nothingIsLeft = () => eventually(() => expect(marked(mark)).toEqual([]), 10_000)

/** A job of two daemons, one of which is found by its argument. */
async function jobOfDaemons() {
  const job = startJob(['sh', '-c', '(sleep 1000 & sleep 2000 &); exec sleep 3000'], {})
  await job.keeper.started
  await eventually(() => {
    const states = job.keeper.processes().filter(({ name }) => name === 'sleep')
    expect(states.length).toBe(3)
  })
  const [command, one, other] = job.keeper.processes().sort((a, b) => a.pid - b.pid) as [
    ProcessStat,
    ProcessStat,
    ProcessStat,
  ]
  return { ...job, command, one, other }
}

describe('A kept process', () => {
  afterEach(nothingIsLeft)

  it('is spared, and the keeper stays until it ends', async () => {
    const { keeper, one, other, events } = await jobOfDaemons()
    keeper.keep(one.pid, one.startTime)
    keeper.end(77)
    expect(await keeper.ended).toEqual({ kept: 1, left: 0 })
    expect(readStat(one.pid)?.startTime).toBe(one.startTime)
    expect(readStat(other.pid)).toBeUndefined()
    process.kill(one.pid, 'SIGKILL')
    await eventually(() => expect(readStat(keeper.pid)).toBeUndefined())
    await eventually(() => {
      const reaped = events.map((event) => event.kind === 'reaped' && event.status.pid)
      expect(reaped).toContain(one.pid)
    })
  })

  it('is not spared for a start time that is another’s', async () => {
    const { keeper, one } = await jobOfDaemons()
    keeper.keep(one.pid, one.startTime + 1)
    keeper.end(77)
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  })

  it('is every one that the command leaves, if all are to be kept', async () => {
    const { keeper } = startJob(['sh', '-c', 'sleep 1000 & sleep 2000 & exit 0'], {
      leftovers: 'keep',
    })
    expect(await keeper.ended).toEqual({ kept: 2, left: 0 })
    for (const { pid } of keeper.processes()) process.kill(pid, 'SIGKILL')
    await eventually(() => expect(readStat(keeper.pid)).toBeUndefined())
  })

  it('ends with Node, unless it was released', async () => {
    const node = await start(false)
    node.kill('SIGKILL')
    await once(node, 'exit')
    await nothingIsLeft()
  })

  it('lives on without Node if it was released', async () => {
    const node = await start(true)
    node.kill('SIGKILL')
    await once(node, 'exit')
    await eventually(() => {
      const left = marked(mark)
      expect(left.length).toBe(1)
      expect(left[0]).toMatch(/ sleep 1000/)
    }, 10_000)
    process.kill(Number.parseInt(marked(mark)[0] as string, 10), 'SIGKILL')
  })
})

async function start(release: boolean): Promise<ChildProcess> {
  const command = programs.command('keepOne', [release])
  const node = spawn(command[0] as string, command.slice(1), {
    env: { ...process.env, [MARK]: mark },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await once(createInterface(node.stderr as NonNullable<typeof node.stderr>), 'line')
  return node
}
