import { reasonOf, throwIfAborted } from '../base/abort.js'
import { SextonError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'
import type { Bytes } from '../spawn/options.js'
import { givenOf, kindsOf, type Stdio } from '../spawn/stdio.js'
import { closeGiven } from '../spawn/stdio-plan.js'
import { type Captures, captureOutputs } from './captures.js'
import { publishEnd } from './channels.js'
import { type CheckedJob, checkJobOptions } from './checked-job.js'
import type { CheckedRun } from './checked-options.js'
import { Command, withOptions } from './command.js'
import { CommandError } from './command-error.js'
import { Execution } from './execution.js'
import { IdleTimeout } from './idle-timeout.js'
import { leave } from './input.js'
import { Job } from './job.js'
import { JobEvents } from './job-events.js'
import { JobResult } from './job-result.js'
import { keepThenEnd } from './keep.js'
import { KeptCommand } from './kept-command.js'
import type { DefaultStdio, JobOptions } from './options.js'
import type { Encoding } from './text.js'

// Runs a job. It is a run whose command is started by a keeper (`lib/keeper/`): a small process between this one and the
// command, which outlives Node. The keeper adopts and reaps everything that the command leaves, ends it when the command
// has exited, when the time is over, or when this process is gone, and exits when nothing is left. So the promise of a job
// settles when nothing of the job runs any more.

/**
 * Runs a program like `run()`, and ends everything that it has started when it exits.
 *
 * Nothing outlives the job: neither a process that calls setsid(2) or daemon(3), nor one that ignores SIGTERM, even if this
 * process is killed by SIGKILL or stands still. A process that is not a child of the job any more, because it asked another
 * program to start something (systemd-run, a container engine), is not of the job. Neither is one of another user, which a
 * user without CAP_KILL cannot end: `survivors` names it.
 *
 * The command leads a session of its own (setsid(2)), so it has no controlling terminal, and Ctrl-C reaches this process
 * alone. Otherwise signals to stop a job's processes could make the kernel send SIGHUP to this process.
 *
 * Linux only, with a `/proc` of its own PID namespace (prctl(2), PR_SET_CHILD_SUBREAPER).
 *
 * @param file The program: a path, or a name to search in `PATH`; or a prepared `command()`.
 * @param args The arguments, without the program's name.
 * @param options Those of `run()`, and how the job ends. For a prepared command, the second argument.
 * @returns The job: a promise of its result, and an async iterable of the lines of its standard output.
 * @throws {TypeError | RangeError} if an argument is invalid, before anything has been done.
 *
 * The promise rejects as that of `run()` does, and also with `ERR_UNSUPPORTED` if a keeper cannot run here, with
 * `ERR_SYSTEM` if the job's keeper was killed, and with `ERR_NOT_PERMITTED` if the command is another user's and could
 * not be ended.
 */
export function runJob<
  const S extends Stdio | readonly Stdio[] = DefaultStdio,
  E extends Encoding = 'utf8',
  L extends boolean = false,
  A extends boolean = false,
>(
  file: Bytes,
  args?: readonly Bytes[],
  options?: JobOptions<S, E, L, A>,
): Job<JobResult<S, E, L, A>, E>
export function runJob<
  S0 extends Stdio | readonly Stdio[],
  E0 extends Encoding,
  L0 extends boolean,
  A0 extends boolean,
  const S extends Stdio | readonly Stdio[] = S0,
  E extends Encoding = E0,
  L extends boolean = L0,
  A extends boolean = A0,
>(file: Command<S0, E0, L0, A0>, options?: JobOptions<S, E, L, A>): Job<JobResult<S, E, L, A>, E>
export function runJob(
  file: Bytes | Command,
  args?: readonly Bytes[] | JobOptions,
  options?: JobOptions,
): Job<JobResult, Encoding> {
  const command =
    file instanceof Command
      ? withOptions('runJob', file, args as JobOptions, options)
      : new Command(file, args as readonly Bytes[], options)
  const { run: checked, ...ending } = checkJobOptions(command.options as JobOptions)
  const execution = new Execution(checked)
  const events = new JobEvents()
  const job = { command: command as Command, checked, execution, events }
  try {
    throwIfAborted(checked.spawn.signal)
    return start(job, ending)
  } catch (error) {
    const ended = execution.abandon()
    events.close()
    const { signal } = checked.spawn
    const isAborted = signal?.aborted === true && error === reasonOf(signal)
    if (!(error instanceof SextonError) && !isAborted) throw error
    closeGiven(givenOf(kindsOf(checked.stdio)))
    leave(checked.input)
    const result = ended.then(() => Promise.reject(error))
    publishEnd(isAborted ? 'abort' : 'error')
    return Job.start({ execution, events, result, command: error as Error })
  }
}

interface Prepared {
  command: Command
  checked: CheckedRun
  execution: Execution
  events: JobEvents
}

function start(job: Prepared, ending: Omit<CheckedJob, 'run'>): Job<JobResult, Encoding> {
  const { leftovers, keep, idle, isolation } = ending
  const { command, checked, execution, events } = job
  const { stdio, captures, streamed, feed } = captureOutputs(checked, execution)
  const kept = new KeptCommand(
    command.file,
    command.args,
    { ...checked.spawn, stdio },
    // With a predicate, the keeper waits for this process to name whom it keeps.
    {
      ...isolation,
      leftovers: keep === undefined ? leftovers : 'wait',
      hooks: { onEvent: (event) => events.hear(event) },
    },
  )
  execution.add(kept)
  feed()
  const keeping = keep === undefined ? undefined : keepThenEnd(kept, keep)
  const timeout = new IdleTimeout(idle, {
    isPaused: () => execution.outputs.isPaused,
    onIdle: () => kept.end('idle'),
  })
  execution.outputs.onOutput = () => timeout.heard()
  const result = execution
    .finish()
    .finally(() => {
      timeout.clear()
      events.close()
    })
    .then(async ([status]) => {
      const failure = await keeping
      if (failure !== undefined) return fail(failure.cause)
      return settle(job, status as ExitStatus, captures, await kept.keeper.ended)
    }, fail)
  return Job.start({ execution, events, result, streamed, command: kept })
}

function fail(error: unknown): never {
  publishEnd('error')
  throw error
}

function settle(
  { command, checked, execution, events }: Prepared,
  status: ExitStatus,
  { stdout, stderr, all }: Captures,
  { kept }: { kept: number },
): JobResult {
  const result = new JobResult({
    ...execution.outcome,
    command: String(command),
    status,
    stdout: execution.outputs.collected(stdout),
    stderr: execution.outputs.collected(stderr),
    all: execution.outputs.collected(all),
    survivors: events.survivorsOf(status.pid),
    kept,
    limitsHit: events.limitsHit,
  })
  publishEnd(result.endedBy)
  const failed = !status.success || result.terminationReason !== undefined
  if (failed && checked.reject) throw new CommandError(result, execution.cause)
  return result
}
