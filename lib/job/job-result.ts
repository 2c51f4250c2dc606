import type { LimitName } from '../keeper/limits.js'
import type { Stdio } from '../spawn/stdio.js'
import type { JobSurvivor } from './job-events.js'
import type { DefaultStdio } from './options.js'
import type { EndReason, Outcome } from './outcome.js'
import { RunResult } from './run-result.js'
import type { Encoding } from './text.js'

/**
 * The result of a job: that of its command, and what outlived the command.
 *
 * @typeParam S The type of `stdio` in the options; likewise the others.
 */
export class JobResult<
  S extends Stdio | readonly Stdio[] = DefaultStdio,
  E extends Encoding = 'utf8',
  L extends boolean = false,
  A extends boolean = false,
> extends RunResult<S, E, L, A> {
  /** The processes that were to be ended, because they outlived the command. */
  readonly survivors: readonly JobSurvivor[]
  /** The number of processes that were kept (`keep`), and live on. */
  readonly kept: number
  /**
   * The `limits` that the job has hit: a process could not be started, or was killed for want of memory, or waited for
   * processor time.
   */
  readonly limitsHit: readonly LimitName[]
  /** The reason for the end of the job: `'exit'` if its command ended by itself. The first reason counts. */
  readonly endedBy: EndReason | 'exit'

  /** @internal */
  constructor(
    fields: Outcome & {
      stdout: unknown
      stderr: unknown
      all: unknown
      survivors: readonly JobSurvivor[]
      kept: number
      limitsHit: readonly LimitName[]
    },
  ) {
    super(fields)
    this.survivors = fields.survivors
    this.kept = fields.kept
    this.endedBy = fields.terminationReason ?? 'exit'
    this.limitsHit = fields.limitsHit
  }
}
