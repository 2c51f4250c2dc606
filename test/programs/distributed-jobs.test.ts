import { lstatSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runJob } from '../../lib/index.js'
import { eventually } from '../eventually.js'
import { installIn } from '../installed.mjs'
import { marked } from '../lib/keeper/marked.js'
import { lacks, lacksPackages } from '../needs.js'
import { patience, sized } from '../pace.mjs'
import { root } from '../program.js'
import { attempt, attemptsOf, type Entry, example, TestQueue } from './queue.js'
import type { Running } from './running.js'

// examples/distributed-jobs as its README describes it. Its jobs write records, so an attempt that begins before the end
// of a former one is seen: the former one has written after it, or has seen it.

const GRACE = 200
const timesFor = (timeout: number) => ({
  timeout: patience(timeout),
  grace: GRACE,
  lockDuration: patience(timeout) + 2 * GRACE + 500,
})

const isMissing = [
  lacks('redis-server'),
  lacksPackages('those of examples/distributed-jobs', () => {
    installIn(example)
    const link = join(example, 'node_modules', 'sexton')
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(root, link)
  }),
].includes(true)

async function expectNothingLeft({ mark }: TestQueue): Promise<void> {
  await eventually(() => expect(marked(mark)).toEqual([]))
}

function expectNoOverlap(entries: readonly Entry[]): void {
  expect(entries.filter(([, , event]) => event === 'beside')).toEqual([])
  for (const [job, attempts] of attemptsOf(entries))
    expect(new Set(attempts).size, `attempts of job ${job}`).toBe(attempts.length)
}

const countOf = (entries: readonly Entry[], wanted: string) =>
  entries.filter(([, , event]) => event === wanted).length

async function endAll(workers: readonly Running[]): Promise<void> {
  for (const { pid } of workers) process.kill(pid, 'SIGTERM')
  for (const { ended } of workers) expect(await ended).toMatchObject({ code: 0 })
}

describe.skipIf(isMissing)('A queue of jobs', () => {
  it('runs all jobs, whichever workers are killed or stopped', {
    timeout: patience(120_000),
  }, async () => {
    const queue = new TestQueue(timesFor(1500))
    await queue.open()
    const [stopped, ...workers] = await Promise.all([1, 2, 3].map(() => queue.startWorker()))
    if (stopped === undefined) throw new Error('no worker')
    const count = sized(240, 60)
    const kills = sized(12, 6)
    const adding = queue.start('add.mjs', String(count), 'python3', attempt, queue.records)
    for (let i = 1; i <= kills; i += 1) {
      const started = (count * i) / (kills + 1)
      await eventually(
        () => expect(countOf(queue.entries(), 'start')).toBeGreaterThanOrEqual(started),
        30_000,
      )
      if (i === 1) process.kill(stopped.pid, 'SIGSTOP')
      const [victim] = workers.splice(Math.floor(Math.random() * workers.length), 1)
      process.kill(victim?.pid as number, 'SIGKILL')
      workers.push(await queue.startWorker())
    }
    expect(await adding.ended).toEqual({
      code: 0,
      signal: null,
      stdout: `completed ${count}, failed 0\n`,
      stderr: '',
    })
    process.kill(stopped.pid, 'SIGCONT')
    await endAll([stopped, ...workers])
    await queue.close()
    await expectNothingLeft(queue)
    const entries = queue.entries()
    expectNoOverlap(entries)
    const attempts = [...attemptsOf(entries).values()]
    expect(attempts).toHaveLength(count)
    // Each kill has met attempts that were running, and their jobs were repeated.
    expect(attempts.filter(({ length }) => length > 1).length).toBeGreaterThanOrEqual(kills / 2)
  })

  it('ends the attempt of a stopped worker before another begins', async () => {
    const queue = new TestQueue(timesFor(700))
    await queue.open()
    const stopped = await queue.startWorker()
    const adding = queue.start('add.mjs', '1', 'python3', attempt, queue.records, 'hang')
    await eventually(() => expect(countOf(queue.entries(), 'start')).toBe(1))
    process.kill(stopped.pid, 'SIGSTOP')
    const other = await queue.startWorker()
    expect(await adding.ended).toMatchObject({ code: 0, stdout: 'completed 1, failed 0\n' })
    process.kill(stopped.pid, 'SIGCONT')
    await endAll([stopped, other])
    await queue.close()
    await expectNothingLeft(queue)
    expectNoOverlap(queue.entries())
    expect(attemptsOf(queue.entries()).get('1')).toHaveLength(2)
  })

  it('refuses a lock that expires while an attempt may run', async () => {
    const queue = new TestQueue({ timeout: 1000, grace: 100, lockDuration: 1200 })
    expect(await queue.start('worker.mjs').ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('invalid LOCK_DURATION 1200: expected more than'),
    })
  })
})

describe('alone.sh', () => {
  const runAlone = ({ folder, env, records }: TestQueue, job: string, ...words: string[]) => {
    const command = ['python3', attempt, records, ...words]
    return runJob('sh', [join(example, 'alone.sh'), join(folder, 'attempts'), job, ...command], {
      env: { ...env, QUEUE_JOB: job },
      grace: GRACE,
      reject: false,
    })
  }

  it('starts a command when nothing of the former attempt is left', async () => {
    const queue = new TestQueue(timesFor(1000))
    await using former = runAlone(queue, 'a', 'hang')
    await eventually(() => expect(countOf(queue.entries(), 'start')).toBe(1))
    const next = runAlone(queue, 'a')
    // Another job does not wait.
    expect((await runAlone(queue, 'b')).status.code).toBe(0)
    expect(attemptsOf(queue.entries()).get('a')).toHaveLength(1)
    former.kill()
    expect((await next).status.code).toBe(0)
    expect(attemptsOf(queue.entries()).get('a')).toHaveLength(2)
    expectNoOverlap(queue.entries())
    await expectNothingLeft(queue)
  })

  it('lets attempts that begin at once run one by one', async () => {
    const queue = new TestQueue(timesFor(1000))
    const jobs = Array.from({ length: sized(10, 4) }, () => runAlone(queue, 'a'))
    const codes = (await Promise.all(jobs)).map(({ status }) => status.code)
    expect(codes).toEqual(jobs.map(() => 0))
    expect(attemptsOf(queue.entries()).get('a')).toHaveLength(jobs.length)
    expectNoOverlap(queue.entries())
  })
})
