import type { Limits } from '../keeper/limits.js'
import type { Bytes, SpawnOptions } from '../spawn/options.js'
import type { Stdio } from '../spawn/stdio.js'
import type { Input } from './input.js'
import type { Isolation } from './isolation.js'
import type { JobProcess } from './job-process.js'
import type { Overflow } from './output-buffer.js'
import type { Encoding } from './text.js'

/** The `stdio` of `run()` by default: no input, and both outputs are collected. */
export type DefaultStdio = readonly ['ignore', 'pipe', 'pipe']

/** How the output of a command is collected and delivered. */
export interface OutputOptions<E extends Encoding = Encoding, L extends boolean = boolean> {
  /**
   * `'utf8'`: text; bytes that are not UTF-8 become U+FFFD. A character that arrives in two parts stays whole.
   * `'buffer'`: the bytes. Default `'utf8'`.
   */
  encoding?: E
  /** Deliver the text as a list of lines without their newlines. Default `false`. */
  lines?: L
  /**
   * Remove one newline from the end of each output. Default `true` for text, and `false` for bytes, which may end with
   * that byte by chance.
   */
  stripFinalNewline?: boolean
  /**
   * The most bytes to collect of each output; `Infinity` for no limit. Text is limited to the longest string of
   * JavaScript (512 MiB) in any case. A `for await` loop is limited by it in each line, not in all. Default
   * 100 000 000.
   */
  maxBuffer?: number
  /**
   * The policy for output beyond `maxBuffer`. Default `'error'`. A descendant that writes too much after the exit of the
   * command causes no error. Its output then ends at the limit, and `heldOpen` is true.
   */
  overflow?: Overflow
}

/** How a command gets its input and its programs, and when it has failed. */
export interface CommandOptions {
  /**
   * The command's standard input. Without it, and unless `stdio` says otherwise, it reads `/dev/null`. A stream that
   * fails ends the command. A stream or a generator can be read once, so it serves one run of a prepared command. The
   * lines of another run are refused, because they have no newlines: use `pipeline()`.
   */
  input?: Input
  /**
   * The meaning if the command closes its input, or exits, before all of `input` has been written. Input that fits
   * into the pipe (64 KiB) always counts as read. `'ignore'`: nothing, as in a shell. `'error'`: the command has failed.
   * Default `'ignore'`.
   */
  unreadInput?: 'ignore' | 'error'
  /** Reject if the command has failed. With `false`, look at `status`. Default `true`. */
  reject?: boolean
  /**
   * Search programs first in `node_modules/.bin` of `cwd` and of the directories above it. A string: of that directory
   * instead. The command gets the longer `PATH` too. Default `false`.
   */
  preferLocal?: boolean | string
}

/**
 * Options of `run()`: those of `spawn()`, and more.
 *
 * @typeParam S The type of `stdio`; with `E`, `L` and `A`, it determines the types of the result.
 * @typeParam E The type of `encoding`.
 * @typeParam L The type of `lines`.
 * @typeParam A The type of `all`.
 */
export interface RunOptions<
  S extends Stdio | readonly Stdio[] = Stdio | readonly Stdio[],
  E extends Encoding = Encoding,
  L extends boolean = boolean,
  A extends boolean = boolean,
> extends Omit<SpawnOptions, 'stdio'>,
    OutputOptions<E, L>,
    CommandOptions {
  /**
   * The command's descriptors, as for `spawn()`. `'pipe'` at 1 and 2 means that the output is collected; at 0, that the
   * command reads `input`, or nothing. Descriptors from 3 on are those of `spawn()` except for pipes, which need it.
   * Default `['ignore', 'pipe', 'pipe']`.
   */
  stdio?: S
  /**
   * Collect both outputs in `all` of the result, in the order in which the command wrote them. The command then has one
   * pipe for both, so `stdout` and `stderr` of the result are `null`. Default `false`.
   */
  all?: A
}

/**
 * Options of `runJob()`: those of `run()`, and how the job ends. `timeout` and `grace` run on the keeper's clock, so a Node
 * that is blocked or stopped prolongs no job.
 *
 * @typeParam S The type of `stdio`; likewise the others.
 */
export interface JobOptions<
  S extends Stdio | readonly Stdio[] = Stdio | readonly Stdio[],
  E extends Encoding = Encoding,
  L extends boolean = boolean,
  A extends boolean = boolean,
> extends Omit<RunOptions<S, E, L, A>, 'foreground' | 'session' | 'processGroup'> {
  /**
   * Milliseconds without output after which the job is ended. It needs an output that is collected. The time in which a
   * `for await` loop is busy, so that the command waits, does not count. Default: none.
   */
  idleTimeout?: number
  /**
   * The treatment of processes that still run when the command has exited. `'end'`: they are ended. `'wait'`: the job waits for
   * them. `'keep'`: they live on. A job that ends for another reason than the exit of its command ends them in any case.
   * Default `'end'`.
   */
  leftovers?: 'end' | 'wait' | 'keep'
  /**
   * Tells which of the processes that still run when the command has exited are to live on: a daemon that was started on
   * purpose. The result counts them in `kept`. The keeper stays until they have ended. Default: none.
   *
   * @param process A process of the job.
   * @returns Whether it is to live on.
   */
  keep?: (process: JobProcess) => boolean
  /**
   * The level of isolation: the means by which the keeper finds all processes of the job. If this machine refuses the level,
   * the job rejects with `ERR_UNSUPPORTED`. Default `'tree'`.
   *
   * - `'tree'`: they are the descendants of the keeper. It needs no right.
   * - `'cgroup'`: a control group of their own, which the kernel freezes and kills as a whole (cgroups(7), version 2, Linux
   *   5.7). It is made below `cgroup`, or below the group of this process, and removed at the end.
   * - `'pid-namespace'`: a PID namespace of their own (pid_namespaces(7)), in which `/proc` shows them alone, and which the
   *   kernel kills as a whole. Its first process is the keeper's. Without CAP_SYS_ADMIN it is in a user namespace, in which
   *   `uid`, `gid` and `groups` cannot be set.
   */
  isolation?: Isolation
  /**
   * Limits of the whole job, by a control group of its own. It is made below `cgroup`, or below the groups of this process.
   * If no group can be made, the job rejects with `ERR_UNSUPPORTED`. For limits of each process, use `rlimits`. Default: none.
   */
  limits?: Limits
}

/** A directory, a variable … everything of a command in a pipeline that is its own. */
export type MemberOptions = Omit<SpawnOptions, 'stdio' | 'timeout' | 'signal'> &
  Pick<CommandOptions, 'preferLocal'>

/** A program and its arguments. */
export type Words = readonly [file: Bytes, ...args: Bytes[]]

/**
 * Options of `pipeline()`. Those of `spawn()` apply to every command.
 *
 * @typeParam S The type of `stdio`; with `E` and `L`, it determines the types of the result.
 * @typeParam E The type of `encoding`.
 * @typeParam L The type of `lines`.
 */
export interface PipelineOptions<
  S extends Stdio | readonly Stdio[] = Stdio | readonly Stdio[],
  E extends Encoding = Encoding,
  L extends boolean = boolean,
> extends Omit<SpawnOptions, 'stdio' | 'argv0' | 'foreground'>,
    OutputOptions<E, L>,
    CommandOptions {
  /**
   * The standard input of the first command, the standard output of the last, and the standard error of all. `'pipe'` means
   * what it means to `run()`. Default `['ignore', 'pipe', 'pipe']`.
   */
  stdio?: S
  /**
   * Whether the pipeline has failed if any command has failed, as with `set -o pipefail`. Otherwise only the last counts.
   * A command that is killed by SIGPIPE, because a later one had read enough, has not failed. Default `true`.
   */
  pipefail?: boolean
}
