// Checked by `npm run typecheck`, never run: what compiles, and what must not.

import { expectTypeOf } from 'vitest'
import {
  CommandError,
  command,
  type Descendant,
  type EndReason,
  type ExitStatus,
  type Isolation,
  Job,
  type JobOptions,
  type JobProcess,
  type JobResult,
  type JobSurvivor,
  type LimitName,
  type Limits,
  type RunResult,
  run,
  runJob,
  spawn,
  terminate,
} from '../../lib/index.js'

const job = runJob('make')
expectTypeOf(job).toEqualTypeOf<Job<JobResult>>()
expectTypeOf(job).toExtend<Promise<JobResult>>()
expectTypeOf(job).toExtend<AsyncDisposable>()
// @ts-expect-error: only runJob() makes jobs
new Job()

const result = await job
expectTypeOf(result).toEqualTypeOf<JobResult>()
expectTypeOf(result).toExtend<RunResult>()
expectTypeOf(result.survivors).toEqualTypeOf<readonly JobSurvivor[]>()
expectTypeOf(result.kept).toEqualTypeOf<number>()
expectTypeOf(result.limitsHit).toEqualTypeOf<readonly LimitName[]>()
expectTypeOf(result.endedBy).toEqualTypeOf<EndReason | 'exit'>()
expectTypeOf(result.terminationReason).toEqualTypeOf<EndReason | undefined>()
expectTypeOf<JobSurvivor['outcome']>().toEqualTypeOf<'terminated' | 'killed' | 'running'>()
expectTypeOf<JobSurvivor['reason']>().toEqualTypeOf<string | undefined>()
expectTypeOf<EndReason>().toEqualTypeOf<
  'timeout' | 'abort' | 'dispose' | 'overflow' | 'input' | 'idle' | 'signal'
>()
// @ts-expect-error: a result is what it was
result.kept = 0
// @ts-expect-error: no such reason, so this can never be true
if (result.endedBy === 'killed') throw result

// `encoding`, `lines`, `all` and `stdio` determine the result, as they do for run().
const { stdout, stderr, all } = result
expectTypeOf({ stdout, stderr, all }).toEqualTypeOf<{ stdout: string; stderr: string; all: null }>()
expectTypeOf((await runJob('ls', [], { encoding: 'buffer' })).stdout).toEqualTypeOf<Buffer>()
expectTypeOf((await runJob('ls', [], { lines: true })).stderr).toEqualTypeOf<string[]>()
const both = await runJob('ls', [], { all: true, lines: true })
expectTypeOf(both.all).toEqualTypeOf<string[]>()
expectTypeOf(both.stdout).toEqualTypeOf<null>()
const quiet = await runJob('ls', [], { stdio: ['ignore', 'inherit', 'pipe'] })
expectTypeOf(quiet.stdout).toEqualTypeOf<null>()
expectTypeOf(quiet.stderr).toEqualTypeOf<string>()
declare const options: JobOptions
const unknown = await runJob('ls', [], options)
expectTypeOf(unknown.stdout).toEqualTypeOf<string | string[] | Buffer | null>()

// A prepared command keeps its types, and options of the job replace them.
const listed = command('ls', [], { lines: true })
expectTypeOf((await runJob(listed)).stdout).toEqualTypeOf<string[]>()
expectTypeOf((await runJob(listed, { leftovers: 'wait' })).stdout).toEqualTypeOf<string[]>()
expectTypeOf((await runJob(listed, { lines: false })).stdout).toEqualTypeOf<string>()

// While it runs.
expectTypeOf(job.exited).toEqualTypeOf<Promise<ExitStatus>>()
expectTypeOf(job.ended).toEqualTypeOf<Promise<void>>()
expectTypeOf(job.processes()).toEqualTypeOf<JobProcess[]>()
expectTypeOf(job.adopted).toEqualTypeOf<AsyncIterableIterator<ExitStatus, undefined>>()
expectTypeOf(job.signal('SIGHUP')).toEqualTypeOf<boolean>()
expectTypeOf(job.kill('SIGRTMIN+1')).toEqualTypeOf<void>()
job.kill()
job.kill(9)
// @ts-expect-error: a signal's name begins with SIG
job.kill('TERM')
// @ts-expect-error: which signal is to be sent to the command?
job.signal()
for (const process of job.processes()) {
  expectTypeOf(process).toExtend<Descendant>()
  const { command: line, ageMs, memory } = process
  expectTypeOf({ line, ageMs, memory }).toEqualTypeOf<{
    line: string
    ageMs: number
    memory: number
  }>()
  terminate(process) // it says itself which process it is
}

// A loop gets lines, or bytes; another gets the orphans.
for await (const line of job) expectTypeOf(line).toEqualTypeOf<string>()
for await (const chunk of runJob('ls', [], { encoding: 'buffer' }))
  expectTypeOf(chunk).toEqualTypeOf<Buffer>()
for await (const orphan of job.adopted) expectTypeOf(orphan).toEqualTypeOf<ExitStatus>()
// @ts-expect-error: a loop over orphans has to await
for (const _orphan of job.adopted) break
{
  await using scoped = runJob('make', ['test'], { grace: 0 })
  expectTypeOf(scoped).toEqualTypeOf<Job<JobResult>>()
}
// @ts-expect-error: a job ends asynchronously
using _job = runJob('make')

// How it ends, and by which means.
runJob('make', [], { timeout: 1, idleTimeout: Number.POSITIVE_INFINITY, grace: 0, killSignal: 2 })
runJob('make', [], { leftovers: 'keep', limits: {} })
runJob('make', [], { isolation: 'cgroup', cgroup: '/sys/fs/cgroup/jobs', uid: 1, reject: false })
runJob('make', [], { isolation: 'pid-namespace', limits: { processes: 9, memory: 2e9, cpu: 0.5 } })
runJob('make', [], {
  keep: (process) => {
    expectTypeOf(process).toEqualTypeOf<JobProcess>()
    return process.name === 'gpg-agent'
  },
})
expectTypeOf<Isolation>().toEqualTypeOf<'tree' | 'cgroup' | 'pid-namespace'>()
expectTypeOf<LimitName>().toEqualTypeOf<'processes' | 'memory' | 'cpu'>()
expectTypeOf<Required<Limits>>().toEqualTypeOf<Record<LimitName, number>>()
expectTypeOf<NonNullable<JobOptions['leftovers']>>().toEqualTypeOf<'end' | 'wait' | 'keep'>()
// @ts-expect-error: a job is always isolated by something
runJob('make', [], { isolation: 'none' })
// @ts-expect-error: no such treatment
runJob('make', [], { leftovers: 'kill' })
// @ts-expect-error: a promise would always count as true
runJob('make', [], { keep: async () => true })
// @ts-expect-error: bytes, not text
runJob('make', [], { limits: { memory: '2G' } })
// @ts-expect-error: the limit of a user, which is in `rlimits`
runJob('make', [], { limits: { nproc: 9 } })
// @ts-expect-error: milliseconds
runJob('make', [], { idleTimeout: '5s' })
// @ts-expect-error: a job has a session of its own in any case
runJob('make', [], { session: true })
// @ts-expect-error: and so no terminal
runJob('make', [], { foreground: true })
// @ts-expect-error: and a process group
runJob('make', [], { processGroup: 0 })
// @ts-expect-error: options do not stand in place of arguments
runJob('make', { timeout: 1 })
// @ts-expect-error: of jobs alone
run('make', [], { leftovers: 'wait' })
// @ts-expect-error: likewise
spawn('make', [], { isolation: 'tree' })
// @ts-expect-error: a job ends by kill(), or by leaving its scope
terminate(job)

try {
  await runJob('make')
} catch (error) {
  if (error instanceof CommandError) {
    expectTypeOf(error.endedBy).toEqualTypeOf<EndReason | 'exit' | undefined>()
    expectTypeOf(error.survivors).toEqualTypeOf<readonly JobSurvivor[] | undefined>()
    expectTypeOf(error.limitsHit).toEqualTypeOf<readonly LimitName[] | undefined>()
    expectTypeOf(error.kept).toEqualTypeOf<number | undefined>()
  }
}
