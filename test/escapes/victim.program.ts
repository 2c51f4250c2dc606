import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { type Job, type JobOptions, runJob } from '../../lib/index.js'
import { patience } from '../pace.mjs'
import { startBystanders } from './bystanders.js'
import { MARK } from './marked.js'
import type { Programs } from './trial.program.js'
import type { Level } from './trials.js'

/** When Node ends: right after the call of `runJob()`, when the job runs, or after SIGTERM and before SIGKILL. */
export type Phase = 'start' | 'running' | 'grace'

/** How Node ends, or stands still. */
export type End = 'SIGKILL' | 'SIGSTOP' | 'abort' | 'exit'

const GRACE = 300
const TIMEOUT = patience(600) // for a Node that stands still

/** What a victim prints before it ends. */
export interface Introduction {
  bystanders: readonly number[]
  mark: string
}

/** Starts a job that resists, and ends in one of its phases. */
export async function victim(
  phase: Phase,
  end: End,
  level: Level,
  programs: Programs,
): Promise<void> {
  const mark = `victim-${process.pid}-`
  const bystanders = await startBystanders(programs.bystander)
  const job = start(programs.escapes, mark, level)
  if (phase !== 'start') await until(phase, job)
  console.log(JSON.stringify({ bystanders: bystanders.pids, mark } satisfies Introduction))
  if (end === 'exit') process.exit()
  if (end === 'abort') process.abort()
  process.kill(process.pid, end)
  if (end === 'SIGKILL') return
  await job
}

/** Starts a job in a worker, and terminates the worker in one of the phases. The main thread stays. */
export async function terminated(phase: Phase, level: Level, programs: Programs): Promise<void> {
  const mark = `victim-${process.pid}-`
  if (!isMainThread) {
    const job = start(programs.escapes, mark, level)
    if (phase !== 'start') await until(phase, job)
    parentPort?.postMessage('there')
    await job
    return
  }
  const bystanders = await startBystanders(programs.bystander)
  const worker = new Worker(process.argv[1] as string, { argv: process.argv.slice(2) })
  await new Promise((resolve) => worker.once('message', resolve))
  await worker.terminate()
  console.log(JSON.stringify({ bystanders: bystanders.pids, mark } satisfies Introduction))
  setInterval(() => {}, 1000)
}

function start(escapes: string, mark: string, level: Level): Job<unknown> {
  const names = ['tell_term', 'daemon', 'respawn', 'subreaper', 'stop_itself']
  const options: JobOptions = { stdio: ['ignore', 'pipe', 'inherit'], timeout: TIMEOUT, ...level }
  return runJob('python3', [escapes, ...names, 'stay', `--mark=${mark}`], {
    ...options,
    env: { [MARK]: mark },
    grace: GRACE,
    reject: false,
  })
}

async function until(phase: Phase, job: Job<unknown>): Promise<void> {
  const lines = job[Symbol.asyncIterator]()
  await lines.next()
  if (phase === 'running') return
  job.kill()
  await lines.next()
}
