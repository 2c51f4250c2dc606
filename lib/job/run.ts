import { reasonOf, throwIfAborted } from '../base/abort.js'
import { SextonError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'
import type { Bytes } from '../spawn/options.js'
import { givenOf, kindsOf, type Stdio } from '../spawn/stdio.js'
import { closeGiven } from '../spawn/stdio-plan.js'
import { type Captures, captureOutputs } from './captures.js'
import { type CheckedRun, checkRunOptions } from './checked-options.js'
import { Command, withOptions } from './command.js'
import { CommandError } from './command-error.js'
import { Execution } from './execution.js'
import { leave } from './input.js'
import type { DefaultStdio, RunOptions } from './options.js'
import { RunResult } from './run-result.js'
import { Run } from './running-command.js'
import type { Encoding } from './text.js'

// Runs a command and collects what it writes. The way of a run:
//
// 1. `checked-options.ts` checks what `spawn()` does not know. A bad argument throws before anything has been done.
// 2. `execution.ts` creates the pipes and starts the child. The child gets its ends, so nobody else holds them.
// 3. `input.ts` writes the input. `output.ts` reads each output into an `output-buffer.ts`, or into the `line-source.ts`
//    of a `for await` loop. Both outputs are always read, so the command never waits for a reader that waits for it.
// 4. The command exits. What is in the pipes by then is read. A pipe that a descendant holds is given up when it is
//    idle: `exited` and the end of an output are two events, and waiting for both may last for ever.
// 5. `result.ts` says how it ended. A failure is an error that carries the result.

/**
 * Runs a program, and collects its output.
 *
 * Without options the command reads `/dev/null`, and both outputs are collected as text. Nothing hangs: both outputs are
 * read at once, and a descendant that keeps a pipe open is waited for only until it has written nothing for 100 ms.
 *
 * @param file The program: a path, or a name to search in `PATH`; or a prepared `command()`.
 * @param args The arguments, without the program's name.
 * @param options Those of `spawn()`, and how to collect the output. For a prepared command, the second argument.
 * @returns A promise of the result, which is also an async iterable of the lines of its standard output.
 * @throws {TypeError | RangeError} if an argument is invalid, before anything has been done.
 *
 * The promise rejects with a `CommandError` (`ERR_COMMAND_FAILED`) if the command exits with another code than 0, is
 * killed, or is ended by `timeout`, `signal`, `maxBuffer` or a failing `input`; and with `ERR_SPAWN_FAILED` if it could not
 * be started, whatever `reject` says. It rejects with the reason of `signal` if that was aborted before the start.
 */
export function run<
  const S extends Stdio | readonly Stdio[] = DefaultStdio,
  E extends Encoding = 'utf8',
  L extends boolean = false,
  A extends boolean = false,
>(
  file: Bytes,
  args?: readonly Bytes[],
  options?: RunOptions<S, E, L, A>,
): Run<RunResult<S, E, L, A>, E>
export function run<
  S0 extends Stdio | readonly Stdio[],
  E0 extends Encoding,
  L0 extends boolean,
  A0 extends boolean,
  const S extends Stdio | readonly Stdio[] = S0,
  E extends Encoding = E0,
  L extends boolean = L0,
  A extends boolean = A0,
>(file: Command<S0, E0, L0, A0>, options?: RunOptions<S, E, L, A>): Run<RunResult<S, E, L, A>, E>
export function run(
  file: Bytes | Command,
  args?: readonly Bytes[] | RunOptions,
  options?: RunOptions,
): Run<RunResult, Encoding> {
  const command =
    file instanceof Command
      ? withOptions('run', file, args as RunOptions, options)
      : new Command(file, args as readonly Bytes[], options)
  const checked = checkRunOptions(command.options as RunOptions)
  const execution = new Execution(checked)
  try {
    throwIfAborted(checked.spawn.signal)
    return start(command as Command, checked, execution)
  } catch (error) {
    const ended = execution.abandon()
    if (!isFailure(error, checked)) throw error
    closeGiven(givenOf(kindsOf(checked.stdio)))
    leave(checked.input)
    return Run.of({ execution, result: ended.then(() => Promise.reject(error)) })
  }
}

function isFailure(error: unknown, { spawn: { signal } }: CheckedRun): boolean {
  return error instanceof SextonError || (signal?.aborted === true && error === reasonOf(signal))
}

function start(
  command: Command,
  options: CheckedRun,
  execution: Execution,
): Run<RunResult, Encoding> {
  const { stdio, captures, streamed, feed } = captureOutputs(options, execution)
  execution.start(command.file, command.args, { ...options.spawn, stdio })
  feed()
  const result = execution
    .finish()
    .then(([status]) =>
      settle(command, options, execution, { status: status as ExitStatus, ...captures }),
    )
  return Run.of({ execution, result, streamed })
}

interface Settled extends Captures {
  status: ExitStatus
}

function settle(
  command: Command,
  options: CheckedRun,
  execution: Execution,
  { status, stdout, stderr, all }: Settled,
): RunResult {
  const result = new RunResult({
    ...execution.outcome,
    command: String(command),
    status,
    stdout: execution.outputs.collected(stdout),
    stderr: execution.outputs.collected(stderr),
    all: execution.outputs.collected(all),
  })
  const failed = !status.success || result.terminationReason !== undefined
  if (failed && options.reject) throw new CommandError(result, execution.cause)
  return result
}
