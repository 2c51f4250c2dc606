// Jobs for a pool of worker processes that never leaks one: a worker that crashes or hangs is replaced,
// what a worker leaves behind is found and ended, and when the pool is killed its workers die with it.
//
//   node examples/worker-pool.mjs
//
// Linux: elsewhere orphans cannot be adopted.

import { descendants } from 'sexton'
import { WorkerPool } from './worker-pool/pool.mjs'

const jobs = [
  { square: 7 },
  { crash: 9 },
  { hang: true },
  { daemon: true }, // starts a process in a session of its own, and says nothing of it
  { square: 8 },
  { square: 9 },
]

const pool = new WorkerPool(new URL('./worker-pool/worker.mjs', import.meta.url), {
  size: 3,
  timeout: Number(process.env.TIMEOUT ?? 1_000),
})
try {
  const outcomes = await Promise.allSettled(jobs.map((job) => pool.run(job)))
  for (const [i, { value, reason }] of outcomes.entries()) {
    console.log(JSON.stringify(jobs[i]), '->', reason?.message ?? value)
  }
} finally {
  await pool[Symbol.asyncDispose]() // `await using pool = …` on Node 24 and in TypeScript
}
console.log(`processes left: ${descendants().length}`)
