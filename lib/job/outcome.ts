import type { ExitStatus } from '../exit/exit-status.js'
import type { TerminationReason } from '../spawn/termination.js'

/**
 * Why sexton ended a command: as for a child, or `'overflow'` (its output exceeded `maxBuffer`), or `'input'` (the
 * source of its input failed). A job may also end by `'idle'` (no output for `idleTimeout`) and by `'signal'` (its keeper
 * got one).
 */
export type EndReason = TerminationReason | 'overflow' | 'input' | 'idle' | 'signal'

/** The facts of a command that has ended. */
export interface Outcome {
  /** The command as one line that can be pasted into a shell. */
  command: string
  /** How it exited. */
  status: ExitStatus
  /** Milliseconds from its start to its exit. */
  durationMs: number
  /** Whether output was dropped, because it exceeded `maxBuffer`. */
  truncated: boolean
  /**
   * Whether a descendant still held an output open when the wait for it was given up. What the descendant writes later is
   * discarded.
   */
  heldOpen: boolean
  /** Why sexton ended the command; `undefined` if it did not. */
  terminationReason: EndReason | undefined
}

/** The collected output; `null` if it is not collected. */
export type Content = string | string[] | Buffer | null

/** A result whose options are not known. */
export interface Collected extends Outcome {
  /** The standard output. */
  stdout: Content
  /** The standard error. */
  stderr: Content
  /** Both outputs in the order in which they were written. */
  all: Content
}

const REASONS: Readonly<Record<EndReason, string>> = {
  timeout: 'timed out',
  abort: 'aborted',
  dispose: 'ended by its scope',
  overflow: 'more output than maxBuffer',
  input: 'its input failed',
  idle: 'no output for too long',
  signal: 'ended by a signal to its keeper',
}

/**
 * Says how a command ended: `exit code 3`, or `timed out, killed by SIGTERM`.
 *
 * @param member The command of a pipeline whose status it is.
 */
export function howItEnded({ terminationReason, status }: Outcome, member?: string): string {
  const reason = terminationReason === undefined ? '' : `${REASONS[terminationReason]}, `
  return `${reason}${member === undefined ? '' : `${member}: `}${status}`
}
