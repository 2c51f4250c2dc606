import { SextonError } from '../base/errors.js'
import type { ExitStatus, ResourceUsage } from '../exit/exit-status.js'
import type { LimitName } from '../keeper/limits.js'
import type { JobSurvivor } from './job-events.js'
import type { Collected, Content, EndReason } from './outcome.js'
import type { MemberResult } from './pipeline-result.js'

interface MemberList {
  members: readonly MemberResult[]
}

/**
 * A command has failed: it exited with another code than 0, was killed, or sexton ended it. Its fields are those of
 * `RunResult`. `cause` is the reason of the abort, or the error of the input.
 */
export class CommandError extends SextonError implements Collected {
  /** The command as one line that can be pasted into a shell. */
  declare readonly command: string
  /** How it exited. */
  declare readonly status: ExitStatus
  /** Milliseconds from its start to its exit. */
  declare readonly durationMs: number
  /** Whether output was dropped, because it exceeded `maxBuffer`. */
  declare readonly truncated: boolean
  /** Whether a descendant still held an output open when the wait for it was given up. */
  declare readonly heldOpen: boolean
  /** Why sexton ended it; `undefined` if it did not. */
  declare readonly terminationReason: EndReason | undefined
  /** The collected standard output, as in the result. */
  declare readonly stdout: Content
  /** The collected standard error, as in the result. */
  declare readonly stderr: Content
  /** Both outputs, as in the result. */
  declare readonly all: Content
  /** The commands of a pipeline, as in the result; `undefined` for a single command. */
  declare readonly members: readonly MemberResult[] | undefined
  /** The reason for the end of a job, as in the result; `undefined` for a command that is not a job. */
  declare readonly endedBy: EndReason | 'exit' | undefined
  /** The processes that outlived the command of a job, as in the result; `undefined` likewise. */
  declare readonly survivors: readonly JobSurvivor[] | undefined
  /** The number of processes of a job that were kept, as in the result; `undefined` likewise. */
  declare readonly kept: number | undefined
  /** The limits that a job has hit, as in the result; `undefined` likewise. */
  declare readonly limitsHit: readonly LimitName[] | undefined

  /** @internal */
  constructor(result: Collected & Partial<MemberList>, cause?: unknown) {
    // Compilers and linters write their reasons to the standard output.
    const last = lastLines(result.stderr ?? result.all) || lastLines(result.stdout)
    const { pid } = result.status
    super('ERR_COMMAND_FAILED', `${result}${last === '' ? '' : `\n${last}`}`, { pid, cause })
    for (const name of ['members', 'endedBy', 'survivors', 'kept', 'limitsHit']) {
      Object.defineProperty(this, name, { value: undefined, configurable: true })
    }
    for (const [name, value] of Object.entries(result)) {
      Object.defineProperty(this, name, { value, configurable: true })
    }
  }

  /** The resources that the command and its awaited descendants used. */
  get usage(): ResourceUsage {
    return this.status.usage as ResourceUsage
  }
}

Object.defineProperty(CommandError.prototype, 'name', { value: 'CommandError', configurable: true })

const MOST_LINES = 10
const MOST_CHARACTERS = 2000

function lastLines(output: Content): string {
  const bytesOrText = output ?? ''
  const text = Array.isArray(bytesOrText)
    ? bytesOrText.slice(-MOST_LINES).join('\n')
    : typeof bytesOrText === 'string'
      ? bytesOrText.slice(-MOST_CHARACTERS)
      : (bytesOrText as Buffer).subarray(-MOST_CHARACTERS).toString()
  return text.trimEnd().split('\n').slice(-MOST_LINES).join('\n').slice(-MOST_CHARACTERS)
}
