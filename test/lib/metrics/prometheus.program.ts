import { spawn as spawnByNode } from 'node:child_process'
import { once } from 'node:events'
import { run, runJob, spawn, Zombies } from 'sexton'
import { orphans } from '../../fixtures/orphans.mjs'
import { exitWith, startWorker } from '../../inside.js'
import { becomes, children } from '../../soak/fixtures/proc.mjs'

// sexton/metrics is imported late: what happened before does not count.

const ENDS = ['exit 0', 'exit 3', 'exit 255', 'kill -KILL $$', 'kill -TERM $$', 'kill -34 $$']

/** Starts so many children at once, and tells how many ended in which way. */
export async function exits(count: number) {
  const early = spawn('sleep', ['1000'])
  const { toPrometheus } = await import('sexton/metrics')
  const all = Array.from({ length: count }, (_, i) =>
    spawn('sh', ['-c', ENDS[i % ENDS.length] as string], { stdio: 'ignore' }),
  )
  const statuses = await Promise.all(all.map(({ exited }) => exited))
  const failure = await spawn('/no/such/file').exited.catch(({ code }) => code)
  await run('true')
  early.kill('SIGKILL')
  await early.exited
  return { failure, ends: statuses.map(String), text: await toPrometheus() }
}

/** Ends one job for each reason. */
export async function jobs() {
  const { toPrometheus } = await import('sexton/metrics')
  const quiet = { reject: false } as const
  const ended: string[] = []
  const end = async (job: PromiseLike<{ endedBy: string }>) => {
    ended.push(
      await Promise.resolve(job).then(
        ({ endedBy }) => endedBy,
        () => 'error',
      ),
    )
  }
  await end(runJob('sh', ['-c', 'exit 3'], quiet))
  await end(runJob('true'))
  await end(runJob('sleep', ['1000'], { ...quiet, timeout: 100 }))
  await end(runJob('sleep', ['1000'], { ...quiet, idleTimeout: 100 }))
  await end(runJob('sleep', ['1000'], { ...quiet, signal: AbortSignal.timeout(100) }))
  await end(runJob('sh', ['-c', 'yes; sleep 1000'], { ...quiet, maxBuffer: 10 }))
  const disposed = runJob('sleep', ['1000'], quiet)
  await disposed[Symbol.asyncDispose]()
  await end(disposed)
  await end(runJob('/no/such/file'))
  const killed = runJob('sleep', ['1000'], quiet)
  await becomes(() => killed.processes().length === 1)
  process.kill(killed.processes()[0]?.ppid as number, 'SIGTERM')
  await end(killed)
  return { ended, text: await toPrometheus() }
}

/** Rejects, and nobody handles it. */
export async function loseJob() {
  await import('sexton/metrics')
  runJob('/no/such/file')
}

/** Reaps orphans, with and without `sexton/init`. */
export async function reapOrphans(how: 'sexton/init' | 'Zombies') {
  const { toPrometheus } = await import('sexton/metrics')
  const { pids, end } = await orphans(48)
  if (how === 'sexton/init') {
    const { init } = await import('sexton/init')
    end()
    await becomes(() => init.stats().reaped === pids.length)
  } else {
    end()
    let left = pids.length
    for await (const zombie of new Zombies()) if (pids.includes(zombie.pid) && --left === 0) break
  }
  return toPrometheus()
}

/** In a worker: has children of `child_process` when it is terminated. */
export async function haveChildren(count: number) {
  await import('sexton/init')
  Array.from({ length: count }, () => spawnByNode('sleep', ['1000'], { stdio: 'ignore' }))
  setInterval(() => {}, 1000)
  return true
}

/** Reaps the children of a worker that was terminated. */
export async function reapAbandoned() {
  const [{ init }, { toPrometheus }] = [await import('sexton/init'), await import('sexton/metrics')]
  const worker = startWorker(haveChildren, [45])
  await once(worker, 'message')
  await worker.terminate()
  for (const [pid] of children()) process.kill(pid as number, 'SIGKILL')
  await becomes(() => init.stats().abandoned === 45)
  return toPrometheus()
}

/** In a worker: starts children, and ends as it is told. */
export async function startChildren(count: number, code: number, isDeep: boolean) {
  await import('sexton/metrics')
  const all = Array.from({ length: count }, () => spawn('sh', ['-c', `exit ${code}`]).exited)
  if (isDeep) await once(startWorker(startChildren, [count, code + 1, false]), 'message')
  await Promise.all(all)
  setInterval(() => {}, 1000)
  return true
}

/** Workers that count, one of them in another one, are terminated. */
export async function workers() {
  const { toPrometheus } = await import('sexton/metrics')
  const all = [
    startWorker(startChildren, [20, 4, true]),
    startWorker(startChildren, [25, 6, false]),
  ]
  await Promise.all(all.map((worker) => once(worker, 'message')))
  await Promise.all(all.map((worker) => worker.terminate()))
  return exitWith(await toPrometheus())
}

/** Has a family that keeps zombies, keepers, and a dead child of its own that was not reaped yet. */
export async function look(family: string) {
  const { toPrometheus } = await import('sexton/metrics')
  const parent = spawnByNode('python3', [family, '7', '2'], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(parent.stdout, 'data')
  const jobs = [1, 2, 3].map(() => runJob('sleep', ['1000'], { reject: false }))
  await becomes(() => jobs.every((job) => job.processes().length > 0))
  const [during, again] = await Promise.all([toPrometheus(), toPrometheus()])
  for (const job of jobs) job.kill()
  await Promise.all(jobs)
  parent.stdin.end()
  await once(parent, 'close')
  return { during, again, after: await toPrometheus() }
}

/** Is run where `/proc` cannot be read. */
export async function text() {
  const { toPrometheus } = await import('sexton/metrics')
  return toPrometheus()
}
