import { inspect } from 'node:util'
import type { ExitStatus, ResourceUsage } from '../exit/exit-status.js'
import type { Stdio } from '../spawn/stdio.js'
import type { Captured, CollectedOutput } from './captured.js'
import type { DefaultStdio } from './options.js'
import { type EndReason, howItEnded, type Outcome } from './outcome.js'
import type { Encoding } from './text.js'

/**
 * The result of a command.
 *
 * @typeParam S The type of `stdio` in the options; likewise the others.
 */
export class RunResult<
  S extends Stdio | readonly Stdio[] = DefaultStdio,
  E extends Encoding = 'utf8',
  L extends boolean = false,
  A extends boolean = false,
> implements Outcome
{
  /** The command as one line that can be pasted into a shell. */
  readonly command: string
  /** How it exited. */
  readonly status: ExitStatus
  /** Milliseconds from its start to its exit. */
  readonly durationMs: number
  /** Whether output was dropped, because it exceeded `maxBuffer`. */
  readonly truncated: boolean
  /** Whether a descendant still held an output open when the wait for it was given up. */
  readonly heldOpen: boolean
  /** Why sexton ended it; `undefined` if it did not. */
  readonly terminationReason: EndReason | undefined
  /** The collected standard output, without what a `for await` loop has read; `null` if it is not collected. */
  readonly stdout: Captured<S, 1, E, L, A>
  /** The collected standard error; `null` if it is not collected. */
  readonly stderr: Captured<S, 2, E, L, A>
  /** Both outputs in the order in which they were written; `null` without the option `all`. */
  readonly all: A extends true ? CollectedOutput<E, L> : null

  /** @internal */
  constructor(fields: Outcome & { stdout: unknown; stderr: unknown; all: unknown }) {
    // One by one: Object.assign() takes ten times as long, a hundredth of a short run.
    this.command = fields.command
    this.status = fields.status
    this.durationMs = fields.durationMs
    this.truncated = fields.truncated
    this.heldOpen = fields.heldOpen
    this.terminationReason = fields.terminationReason
    this.stdout = fields.stdout as typeof this.stdout
    this.stderr = fields.stderr as typeof this.stderr
    this.all = fields.all as typeof this.all
  }

  /** The resources that the command and its awaited descendants used. */
  get usage(): ResourceUsage {
    return this.status.usage as ResourceUsage
  }

  /** The command, and how it ended: `git push: exit code 1`. */
  toString(): string {
    return `${this.command}: ${howItEnded(this)}`
  }

  /** @internal */
  [inspect.custom](depth: number, options: object, show: typeof inspect): string {
    const { stdout, stderr, all } = this
    const shown = Object.fromEntries(
      Object.entries({ stdout, stderr, all }).filter(([, value]) => value !== null),
    )
    const text = depth < 0 ? '' : ` ${show(shown, { ...options, maxStringLength: 500 })}`
    return `RunResult <${this}>${text}`
  }
}
