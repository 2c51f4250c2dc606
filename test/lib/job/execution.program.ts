import { once } from 'node:events'
import { closeSync, openSync, readdirSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { pipe, pipeline, run, runJob, type SextonError } from 'sexton'
import { startWorker, turns } from '../../inside.js'

const descriptors = () => readdirSync('/proc/self/fd').length

/** Opens descriptors until none is left, and then closes some. */
function leave(free: number): number[] {
  const open: number[] = []
  try {
    for (;;) open.push(openSync('/dev/null', 'r'))
  } catch {
    for (const fd of open.splice(0, free)) closeSync(fd)
    return open
  }
}

async function codeOf(running: PromiseLike<unknown>): Promise<string> {
  return running.then(
    () => 'started',
    (error) => (error as SextonError).code,
  )
}

/** How commands end that cannot get all descriptors that they need, and what remains open. */
export async function runShort() {
  // What is opened once: libuv keeps a descriptor in reserve from the first stream on.
  for await (const _ of pipeline(['true'], ['echo'])) break
  const before = descriptors()
  const codes = new Set<string>()
  let kept = 0
  for (let free = 0; free < 12; free += 1) {
    const { readable, writable } = pipe()
    const open = leave(free)
    const running = run('true', [], { stdio: [readable, 'pipe', 'pipe'], reject: false })
    if (!readable.closed) kept += 1
    codes.add(await codeOf(running))
    codes.add(await codeOf(pipeline(['true'], ['true'], ['true'], { reject: false })))
    for (const fd of open) closeSync(fd)
    writable.close()
  }
  // A stream closes its descriptor in a later turn.
  for (let i = 0; i < 100 && descriptors() > before; i += 1) await turns(1)
  return { codes: [...codes].sort(), kept, left: descriptors() - before }
}

/** Ends a Node whose command has left a descendant that holds its pipe. */
export async function leaveDescendant() {
  const { stdout, heldOpen } = await run('sh', ['-c', 'sleep 60 & echo $!'])
  return { pid: Number(stdout), heldOpen }
}

/** Runs commands until it is terminated. */
export async function runOn() {
  const runs = Array.from({ length: 5 }, () =>
    run('yes', [], { overflow: 'truncate-head', maxBuffer: 1000 }),
  )
  for (const each of runs) each.catch(() => {})
  await run('cat', [], { input: 'x'.repeat(200_000) })
  parentPort?.postMessage('running')
  await Promise.all(runs)
}

/** The descriptors that remain of workers that were terminated while their commands ran. */
export async function terminateWorkers() {
  const counts: number[] = []
  for (let i = 0; i < 4; i += 1) {
    const worker = startWorker(runOn, [])
    await once(worker, 'message')
    await worker.terminate()
    counts.push(descriptors())
  }
  return counts
}

/** Waits until the command of a job runs. */
async function running(job: Pick<ReturnType<typeof runJob>, 'processes'>): Promise<void> {
  while (!job.processes().some(({ command }) => command.startsWith('sleep'))) await turns(1)
}

const startJob = () => runJob('sh', ['-c', 'echo running; exec sleep 1000'], { reject: false })

/** Leaves a job for which Node is not to stay alive. */
export async function leaveJob() {
  const job = startJob()
  await running(job)
  job.unref()
  return job.processes().map(({ pid }) => pid)
}

/** Waits for a job, and has nothing else that keeps Node alive. */
export async function waitForJob() {
  const job = startJob()
  await running(job)
  job.unref()
  job.ref()
  setTimeout(() => job.kill('SIGKILL'), 50).unref()
  const { stdout, status } = await job
  return { stdout, signal: status.signal }
}
