import { reasonOf, throwIfAborted } from '../base/abort.js'
import { invalid, SextonError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'
import type { SpawnOptions } from '../spawn/options.js'
import { Pipe, type PipeHandle } from '../spawn/pipe.js'
import { prepare } from '../spawn/spawn.js'
import { asSpawnFailure } from '../spawn/spawn-failure.js'
import { givenOf, type Kind, kindsOf, type Stdio } from '../spawn/stdio.js'
import { closeGiven } from '../spawn/stdio-plan.js'
import { type CheckedPipeline, checkMember, checkPipelineOptions } from './checked-options.js'
import { Command, mergeOptions } from './command.js'
import { CommandError } from './command-error.js'
import { Execution } from './execution.js'
import { leave } from './input.js'
import type { DefaultStdio, MemberOptions, PipelineOptions, Words } from './options.js'
import type { Capture } from './outputs.js'
import { type MemberResult, PipelineResult } from './pipeline-result.js'
import { Run } from './running-command.js'
import type { Encoding } from './text.js'

// Runs commands that are connected by pipes of the kernel, as a shell does. No byte between two of them passes through
// this process. Each pipe's ends are handed over to the two children, so that a command sees the end of its input when
// the one before it exits, and gets SIGPIPE when the one after it does.

/** A command of a pipeline: a program with its arguments, or a prepared command. */
export type Member = Words | Command<never, never, never, never> | Command

/**
 * Runs commands whose outputs and inputs are connected: `pipeline(['git', 'log'], ['grep', 'fix'], { cwd })`.
 *
 * The pipes are the kernel's, and no byte between the commands passes through JavaScript. The standard output of the last
 * command is collected, and the standard error of each.
 *
 * @param args The commands, each as `[file, ...args]` or as a prepared `command()`; then options for all of them, and how
 *   to collect the output. The options of a prepared command are those of `spawn()` without `stdio`, `timeout` and
 *   `signal`. They take precedence over those of the pipeline.
 * @returns A promise of the result, which is also an async iterable of the lines of the last standard output.
 * @throws {TypeError | RangeError} if an argument is invalid, before anything has been done.
 *
 * The promise rejects as that of `run()` does. The error names the command that failed; if several did, the last one.
 */
export function pipeline<
  const S extends Stdio | readonly Stdio[] = DefaultStdio,
  E extends Encoding = 'utf8',
  L extends boolean = false,
>(
  ...args: readonly [...members: Member[], options: PipelineOptions<S, E, L>]
): Run<PipelineResult<S, E, L>, E>
export function pipeline(...args: readonly Member[]): Run<PipelineResult>
export function pipeline(
  ...args: readonly (Member | PipelineOptions)[]
): Run<PipelineResult, Encoding> {
  const last = args.at(-1)
  // A string is a command that is not a list, and said to be one below.
  const isMember = Array.isArray(last) || last instanceof Command || typeof last === 'string'
  const hasOptions = args.length > 0 && !isMember
  const checked = checkPipelineOptions(hasOptions ? (last as PipelineOptions) : {})
  const members = (hasOptions ? args.slice(0, -1) : args).map(commandOf)
  if (members.length === 0) {
    throw new TypeError("pipeline() needs a command: expected, for example, ['git', 'log']")
  }
  const plans = members.map((member) => planOf(member, checked))
  const execution = new Execution(checked)
  for (const { command, options } of plans) prepare(command.file, command.args, options)
  const kinds = kindsOf(checked.stdio)
  try {
    throwIfAborted(checked.spawn.signal)
    return start(plans, { ...checked, kinds }, execution)
  } catch (error) {
    const ended = execution.abandon()
    const { signal } = checked.spawn
    const isAborted = signal?.aborted === true && error === reasonOf(signal)
    if (!(error instanceof SextonError) && !isAborted) throw error
    closeGiven(givenOf(kinds))
    leave(checked.input)
    return Run.of({ execution, result: ended.then(() => Promise.reject(error)) })
  }
}

interface Plan {
  readonly command: Command
  readonly options: Omit<SpawnOptions, 'stdio'>
}

function commandOf(member: unknown): Command {
  if (member instanceof Command) return member as Command
  if (!Array.isArray(member) || member.length === 0) {
    throw new TypeError(invalid('command', member, "a list, for example ['git', 'log']"))
  }
  const [file, ...args] = member as unknown as Words
  return new Command(file, args, {})
}

function planOf(command: Command, { spawn }: CheckedPipeline): Plan {
  const own = checkMember(command.options as MemberOptions)
  return { command, options: mergeOptions<Omit<SpawnOptions, 'stdio'>>(spawn, own) }
}

function start(
  plans: readonly Plan[],
  checked: CheckedPipeline & { kinds: readonly Kind[] },
  execution: Execution,
): Run<PipelineResult, Encoding> {
  const [, out, err] = checked.stdio
  const stdout = out === 'pipe' ? execution.capture() : undefined
  const stderrs = plans.map(() => (err === 'pipe' ? execution.capture() : undefined))
  const { stdin, feed } = execution.inputOf(checked)
  const shared = sharedBy(err as Stdio, checked.kinds[2])
  let input = stdin
  for (const [index, { command, options }] of plans.entries()) {
    const isLast = index === plans.length - 1
    const next = isLast ? undefined : connect(execution)
    const output = next?.writable ?? stdout?.end ?? (out === err ? shared : (out as Stdio))
    const child = execution.start(command.file, command.args, {
      ...options,
      ...groupOf(options, execution),
      stdio: [input, output, stderrs[index]?.end ?? shared],
    })
    if (!child.isStarted()) {
      execution.giveUp()
      break
    }
    input = next?.readable as PipeHandle
  }
  closeGiven(givenOf(checked.kinds))
  feed()
  const result = execution
    .finish()
    .then((statuses) => settle(plans, checked, execution, { statuses, stdout, stderrs }))
  return Run.of({ execution, result, streamed: stdout })
}

// All commands get the same descriptor, so it is handed over with the last of them.
function sharedBy(stdio: Stdio, kind: Kind | undefined): Stdio {
  return typeof kind === 'object' ? { fd: kind.open(undefined) } : stdio
}

function connect(execution: Execution): Pipe {
  const pipe = asSpawnFailure(() => Pipe.open())
  execution.own(pipe)
  return pipe
}

// With `processGroup: true`, all members are in one group, that of the first.
function groupOf(
  options: SpawnOptions,
  { children }: Execution,
): Pick<SpawnOptions, 'processGroup'> {
  const [first] = children
  return options.processGroup === true && first?.pid !== undefined
    ? { processGroup: first.pid }
    : {}
}

interface Ended {
  statuses: readonly ExitStatus[]
  stdout: Capture | undefined
  stderrs: readonly (Capture | undefined)[]
}

function settle(
  plans: readonly Plan[],
  checked: CheckedPipeline,
  execution: Execution,
  { statuses, stdout, stderrs }: Ended,
): PipelineResult {
  const members = plans.map(({ command }, i): MemberResult => {
    const status = statuses[i] as ExitStatus
    return { command: String(command), status, stderr: execution.outputs.collected(stderrs[i]) }
  })
  const failed = failedOf(members, checked.pipefail)
  const result = new PipelineResult({
    ...execution.outcome,
    command: members.map(({ command }) => command).join(' | '),
    status: (failed ?? (members.at(-1) as MemberResult)).status,
    stdout: execution.outputs.collected(stdout),
    members,
    failed,
  })
  const isFailure = failed !== undefined || result.terminationReason !== undefined
  if (isFailure && checked.reject) {
    const stderr = (failed ?? members.at(-1))?.stderr ?? null
    throw new CommandError(Object.assign(result, { stderr, all: null }), execution.cause)
  }
  return result
}

// A command that was killed by SIGPIPE has not failed: a later one had read enough. A shell in between says 141.
function failedOf(members: readonly MemberResult[], pipefail: boolean): MemberResult | undefined {
  return members.findLast(({ status }, index) => {
    if (index === members.length - 1) return !status.success
    return pipefail && !status.success && status.toShellCode() !== SIGPIPE_CODE
  })
}

const SIGPIPE_CODE = 141
