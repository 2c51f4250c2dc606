import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { eventually } from '../../eventually.js'
import { startWorker } from '../../inside.js'

// Nothing of ours is imported here but in the worker: a main thread need not know sexton.

/** In a worker: starts jobs that resist for a moment when they are ended. */
export async function startJobs(count: number) {
  const { runJob } = await import('sexton')
  const script = 'trap "" TERM; echo ready; exec sleep 1000'
  const jobs = Array.from({ length: count }, () => runJob('sh', ['-c', script], { grace: 100 }))
  for (const job of jobs) await job[Symbol.asyncIterator]().next()
  parentPort?.postMessage('ready')
  await Promise.all(jobs)
}

/** Terminates a worker that has jobs, and waits until this process has no child, dead or alive. */
export async function terminateWithJobs(count: number, knowing: boolean) {
  if (knowing) await import('sexton')
  const worker = startWorker(startJobs, [count])
  await new Promise((resolve) => worker.once('message', resolve))
  const before = children().length
  await worker.terminate()
  await eventually(() => {
    const left = children()
    if (left.length > 0) throw new Error(`children are left: ${left}`)
  }, 10_000)
  const descriptors = readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).includes('pidfd'))
  return { before, descriptors }
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return '' // That of the folder that is being read.
  }
}

function children(): string[] {
  const threads = readdirSync('/proc/self/task')
  return threads.flatMap((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/children`, 'utf8').split(' ').filter(Boolean)
    } catch {
      return [] // The thread has ended.
    }
  })
}
