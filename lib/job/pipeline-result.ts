import { inspect } from 'node:util'
import type { ExitStatus } from '../exit/exit-status.js'
import type { Stdio } from '../spawn/stdio.js'
import type { Captured } from './captured.js'
import type { DefaultStdio } from './options.js'
import { type Content, type EndReason, howItEnded, type Outcome } from './outcome.js'
import type { Encoding } from './text.js'

/**
 * One command of a pipeline that has ended.
 *
 * @typeParam Stderr The type of its collected standard error.
 */
export interface MemberResult<Stderr extends Content = Content> {
  /** The command as one line that can be pasted into a shell. */
  command: string
  /** How it exited. */
  status: ExitStatus
  /** Its collected standard error; `null` if it is not collected. */
  stderr: Stderr
}

/**
 * The result of a pipeline.
 *
 * @typeParam S The type of `stdio` in the options; likewise the others.
 */
export class PipelineResult<
  S extends Stdio | readonly Stdio[] = DefaultStdio,
  E extends Encoding = 'utf8',
  L extends boolean = false,
> implements Outcome
{
  /** The commands as one line that can be pasted into a shell. */
  declare readonly command: string
  /** The status of the command that failed; otherwise that of the last command. */
  declare readonly status: ExitStatus
  /** Milliseconds from its start to its exit. */
  declare readonly durationMs: number
  /** Whether output was dropped, because it exceeded `maxBuffer`. */
  declare readonly truncated: boolean
  /** Whether a descendant still held an output open when the wait for it was given up. */
  declare readonly heldOpen: boolean
  /** Why sexton ended it; `undefined` if it did not. */
  declare readonly terminationReason: EndReason | undefined
  /** The collected standard output of the last command, without what a `for await` loop has read. */
  declare readonly stdout: Captured<S, 1, E, L, false>
  /** Each command's result, in their order. */
  declare readonly members: readonly MemberResult<Captured<S, 2, E, L, false>>[]
  /** The command that failed; if several did, the last one; `undefined` if none did. */
  declare readonly failed: MemberResult<Captured<S, 2, E, L, false>> | undefined

  /** @internal */
  constructor(
    fields: Outcome & {
      stdout: unknown
      members: readonly MemberResult[]
      failed: MemberResult | undefined
    },
  ) {
    Object.assign(this, fields)
  }

  /** The pipeline, and how it ended: `git log | grep fix: grep fix: exit code 1`. */
  toString(): string {
    return `${this.command}: ${howItEnded(this, this.failed?.command)}`
  }

  /** @internal */
  [inspect.custom](depth: number, options: object, show: typeof inspect): string {
    const { stdout, members } = this
    const text =
      depth < 0 ? '' : ` ${show({ stdout, members }, { ...options, maxStringLength: 500 })}`
    return `PipelineResult <${this}>${text}`
  }
}
