// A worker of the queue: it runs the command of each job, and everything that the command starts, to an end.
//
//   node worker.mjs

import { fileURLToPath } from 'node:url'
import { Worker } from 'bullmq'
import { runJob, shutdown } from 'sexton'
import * as settings from './settings.mjs'

const { grace, lockDuration, stalledInterval, timeout } = settings
const alone = fileURLToPath(new URL('alone.sh', import.meta.url))
const folder = settings.attemptsFolder()

async function work({ id, data: { command } }, _token, signal) {
  const { stdout } = await runJob('sh', [alone, folder, encodeURIComponent(id), ...command], {
    env: { QUEUE_JOB: id },
    timeout,
    grace,
    signal,
    maxBuffer: 100_000,
    overflow: 'truncate-head',
  })
  return stdout
}

const worker = new Worker(settings.QUEUE, work, {
  connection: settings.connection,
  concurrency: Number(process.env.CONCURRENCY ?? 4),
  lockDuration,
  stalledInterval,
  // How often a job may lose its worker before it counts as the culprit, and fails.
  maxStalledCount: 10,
})

// The worker was stopped or blocked for too long, so its jobs are not its own any more. Their attempts are ended.
worker.on('lockRenewalFailed', (ids) => {
  for (const id of ids) worker.cancelJob(id)
})
// The result of such an attempt is refused by the queue, which is an error of the worker and not of the job.
worker.on('error', ({ message }) => console.error(message))

// SIGTERM and Ctrl-C: takes no further job, and waits for those that run.
shutdown(() => worker.close(), { timeout: lockDuration })
await worker.waitUntilReady()
console.log('ready')
