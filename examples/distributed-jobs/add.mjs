// Adds jobs to the queue, and waits until they have all been run.
//
//   node add.mjs COUNT COMMAND [ARGUMENT…]

import { Queue, QueueEvents } from 'bullmq'
import { connection, QUEUE } from './settings.mjs'

const [count, ...command] = process.argv.slice(2)
const queue = new Queue(QUEUE, { connection })
const events = new QueueEvents(QUEUE, { connection })
// Each job that is waited for has a listener.
queue.setMaxListeners(0)
events.setMaxListeners(0)
await events.waitUntilReady()

// An attempt that fails is repeated. One that is lost with its worker is repeated in any case.
const job = { name: 'run', data: { command }, opts: { attempts: 3 } }
const jobs = await queue.addBulk(Array.from({ length: Number(count) }, () => job))
const results = await Promise.allSettled(jobs.map((job) => job.waitUntilFinished(events)))

const failures = results.filter(({ status }) => status === 'rejected')
for (const { reason } of failures) console.error(reason.message)
console.log(`completed ${results.length - failures.length}, failed ${failures.length}`)
await Promise.all([events.close(), queue.close()])
process.exitCode = failures.length > 0 ? 1 : 0
