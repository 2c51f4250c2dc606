import { readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { spawn } from '../../../lib/index.js'
import { Pipe } from '../../../lib/spawn/pipe.js'
import { openPipeStream } from '../../../lib/spawn/pipe-stream.js'
import { eventually } from '../../eventually.js'
import { escapes, startJob } from './jobs.js'

// Processes that try to outlive their job. Those of test/setup.ts would not do: an orphan is no descendant of the test.

const ESCAPES = [
  ...['setsid', 'double_fork', 'daemon', 'nohup', 'ignore', 'stop_itself', 'respawn'],
  ...['fork_while_dying', 'reparent_chain', 'deep', 'changed_name', 'empty_environment', 'tracer'],
  ...['trace_me', 'subreaper', 'many', 'vfork_parent'],
]

const TAG = `escape-${process.pid}-${process.hrtime.bigint()}`

/** The command lines of all living processes of these tests, wherever they hang in the tree. */
function survivors(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/environ`, 'utf8')
        return text.includes(TAG) ? `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8')}` : ''
      } catch {
        return ''
      }
    })
    .filter((line) => line !== '')
}

afterEach(async () => {
  await eventually(() => expect(survivors()).toEqual([]))
})

async function startEscapes(names: readonly string[], end: 'exit' | 'stay') {
  using pipe = Pipe.open('readable')
  process.env.SEXTON_TEST_ESCAPE = TAG
  const job = startJob(['python3', escapes, ...names, end], {
    fds: [-1, pipe.writable.fd, 2],
    grace: 100,
  })
  delete process.env.SEXTON_TEST_ESCAPE
  const output = openPipeStream(pipe.readable.release(), 'readable')
  pipe.writable.close()
  await new Promise((resolve) => output.once('data', resolve))
  output.destroy()
  return job
}

describe('Processes that escape', () => {
  it.each(ESCAPES)('by %s end with the command', async (name) => {
    const { keeper } = await startEscapes([name], 'exit')
    expect(await keeper.exited).toMatchObject({ code: 0 })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  })

  it.each(ESCAPES)('by %s end when they are told to', async (name) => {
    const { keeper } = await startEscapes([name], 'stay')
    keeper.end(77)
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  })

  it('in all these ways at once end', async () => {
    const bystander = spawn('sleep', ['1000'], { stdio: 'ignore' })
    const { keeper } = await startEscapes(['all'], 'stay')
    expect(keeper.processes().length).toBeGreaterThan(ESCAPES.length)
    keeper.end(77)
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(bystander.status).toBeUndefined()
    bystander.kill('SIGUSR2')
    expect(await bystander.exited).toMatchObject({ signal: 'SIGUSR2' })
  })

  it('end when the job has killed its keeper, by their mark', async () => {
    const names = ['daemon', 'setsid', 'ignore', 'stop_itself', 'subreaper']
    const { keeper, events } = await startEscapes(names, 'stay')
    process.kill(keeper.pid, constants.signals.SIGKILL)
    await expect(keeper.exited).rejects.toMatchObject({ code: 'ERR_SYSTEM', pid: keeper.pid })
    const ended = await keeper.ended
    expect(ended).toMatchObject({ kept: 0, left: 0, error: { code: 'ERR_SYSTEM' } })
    expect(events.filter(({ kind }) => kind === 'killed').length).toBeGreaterThanOrEqual(6)
  })
})
