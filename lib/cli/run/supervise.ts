import { IdleTimeout } from '../../job/idle-timeout.js'
import type { Job } from '../../job/job.js'
import type { JobResult } from '../../job/job-result.js'
import { runJob } from '../../job/run-job.js'
import type { Stdio } from '../../spawn/stdio.js'
import type { SignalName } from '../../system/signal-names.js'
import { usageError } from '../command-line.js'
import { rawArguments } from '../raw-arguments.js'
import { Interruption } from './interruption.js'
import { jobOptionsOf } from './job-options.js'
import type { Settings } from './options.js'
import { PipedOutputs } from './piped-outputs.js'
import type { Kept } from './report.js'
import { StatusLine } from './status-line.js'

/** How a job has ended, or why it has failed. */
export interface Outcome {
  result: JobResult | undefined
  error: unknown
  endedBy: string | undefined
  /** The signal that this process has got. */
  signal: SignalName | undefined
  kept: readonly Kept[]
}

type AnyJob = Job<JobResult, 'utf8' | 'buffer'>

/**
 * Runs the command to the end of its job.
 *
 * @param words The number of words of the command, which are the last ones of this program.
 * @returns How the job has ended. A failure to start it is a result, too.
 * @throws {UsageError} if `runJob()` refuses an option.
 */
export async function supervise(settings: Settings, words: number): Promise<Outcome> {
  const kept: Kept[] = []
  const { idleTimeout } = settings
  const outputs = idleTimeout === undefined ? undefined : new PipedOutputs(() => idle?.heard())
  // Before the command starts: a signal that comes at once would otherwise end this process without an answer.
  const interruption = new Interruption((signal) => job.kill(signal))
  const job = start(settings, words, outputs, kept)
  let isIdle = false
  const onIdle = () => {
    isIdle = true
    job.kill()
  }
  const idle = idleTimeout === undefined ? undefined : new IdleTimeout(idleTimeout, { onIdle })
  const stopIdle = () => idle?.clear()
  job.exited.then(stopIdle, stopIdle)
  outputs?.open()
  const status = StatusLine.open(() => job.processes())
  const end = await job.then(
    (result) => ({ result, error: undefined }),
    (error: unknown) => ({ result: undefined, error }),
  )
  await outputs?.drain()
  status?.close()
  const { signal } = interruption
  const reason = isIdle && end.result?.endedBy === 'dispose' ? 'idle' : end.result?.endedBy
  return { ...end, endedBy: signal === undefined ? reason : 'signal', signal, kept }
}

// The words as bytes: Node decodes those of `process.argv` as UTF-8, which loses other bytes.
function start(
  settings: Settings,
  words: number,
  outputs: PipedOutputs | undefined,
  kept: Kept[],
): AnyJob {
  const [file, ...args] = rawArguments().slice(-words) as [Buffer, ...Buffer[]]
  const stdio: Stdio[] = ['inherit', ...(outputs?.ends ?? (['inherit', 'inherit'] as const))]
  try {
    return runJob(file, args, jobOptionsOf(settings, stdio, kept)) as AnyJob
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      throw usageError('run', error.message)
    }
    throw error
  }
}
