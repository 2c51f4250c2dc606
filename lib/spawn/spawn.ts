import { closeSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { throwIfAborted } from '../base/abort.js'
import { invalid, SextonError } from '../base/errors.js'
import { monotonicNow } from '../base/time.js'
import { backend } from '../exit/backend.js'
import { repairChildSignal } from '../exit/child-signal.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { own } from '../reaping/reaper.js'
import { takePart } from '../reaping/rehearsal.js'
import { binding } from '../system/binding.js'
import { hasTerminal, sharesGroup } from '../system/terminal.js'
import { Birth } from './birth.js'
import { openCgroup } from './cgroup.js'
import { isHeard, publish } from './channels.js'
import { type CheckedOptions, checkOptions } from './checked-options.js'
import { Child } from './child.js'
import { encodeEnvironment, type PidVariable } from './environment.js'
import { startProcess } from './native-call.js'
import type { Bytes, SpawnOptions } from './options.js'
import type { SpawnStrings } from './plan.js'
import { rehearseEnd } from './rehearsed-end.js'
import { asSpawnFailure } from './spawn-failure.js'
import { givenOf, type Kind, kindsOf, type Stdio } from './stdio.js'
import { closeGiven, closeStdio, planStdio, type StdioPlan, takeEnds } from './stdio-plan.js'
import type { StdioStream } from './stdio-stream.js'
import { encodeArguments, encodeDirectory, encodeFiles } from './strings.js'
import { Termination } from './termination.js'

const LISTENING: readonly PidVariable[] = ['LISTEN_PID', 'LISTEN_PIDFDID']

// Starts processes. The way of a spawn:
//
// 1. `checked-options.ts` and `stdio.ts` check the arguments, and `strings.ts` encodes them as blocks of bytes. A bad
//    argument throws here, before anything has been done.
// 2. `stdio-plan.ts` opens files, and `cgroup.ts` opens the cgroup. From here on a failure of the system becomes a
//    Child whose `exited` rejects, and every descriptor is closed again.
// 3. `native-call.ts` makes the pipes and the child by one native call. If something of the child must be so when
//    `spawn()` returns, the call waits for the exec. Otherwise the exec is still to come, and `birth.ts` tells how it went.
// 4. The reaper owns the child from its first moment on. Nothing between the clone and `own()` may throw, because
//    otherwise nobody would reap the child.
// 5. `child.ts` is the handle. `pipe-end.ts` makes a stream of a pipe when the stream is first used, and
//    `termination.ts` ends the child by a timeout, an AbortSignal or its scope.

/**
 * Starts a program without a shell, and without copying this process's memory. On Linux the call takes some 50 µs,
 * however large the heap is. It returns while the child is on its way to exec, which takes about as long again.
 * `/proc` shows the image of this process until then; `spawned` resolves when the program runs. With `uid`, `gid`,
 * `session`, `processGroup`, `foreground`, `deathSignal` or `listenPid` the call waits for the exec, so that the group
 * can be signalled at once. It does so on other systems, under emulators, and at the first spawn.
 *
 * The child starts with the default action of every signal and with the caller's signal mask. It inherits the
 * descriptors of `stdio`, and no others that Node or sexton opened. A file without a `/` is searched in the child's
 * `PATH`. A file without a `#!` line is run by `/bin/sh`, as execvp(3) does.
 *
 * If the child cannot be started, `exited` rejects with `ERR_SPAWN_FAILED`. Its `syscall` is the step that failed
 * (`execve`, `chdir`, `setresuid`, `setrlimit` …), with `errno` and `path`. No process and no descriptor remains.
 * A `timeout` or an aborted `signal` terminates the child, but not its descendants. `exited` then still resolves,
 * and `terminationReason` is set.
 *
 * @typeParam S The type of `stdio`. It determines which of the child's streams may be `null`. If
 *   `options` may lack `stdio`, they may be pipes.
 * @param file The program: a path, or a name to search in `PATH`.
 * @param args The arguments, without the program's name.
 * @param options The environment of the child, and when to terminate it.
 * @returns The child, even if it could not be started.
 * @throws {TypeError | RangeError} if an argument is invalid, before anything has been done.
 * @throws The reason of `signal`, if it is already aborted.
 * @see clone(2), execve(2)
 */
export function spawn(
  file: Bytes,
  args?: readonly Bytes[],
  options?: SpawnOptions & { stdio?: undefined },
): Child<Writable, Readable, Readable>
export function spawn<const S extends Stdio | readonly Stdio[]>(
  file: Bytes,
  args: readonly Bytes[] | undefined,
  options: SpawnOptions<S> & { stdio: S },
): Child<StdioStream<S, 0>, StdioStream<S, 1>, StdioStream<S, 2>>
export function spawn<const S extends Stdio | readonly Stdio[]>(
  file: Bytes,
  args?: readonly Bytes[],
  options?: SpawnOptions<S>,
): Child<StdioStream<S | 'pipe', 0>, StdioStream<S | 'pipe', 1>, StdioStream<S | 'pipe', 2>>
export function spawn(file: Bytes, args: readonly Bytes[] = [], options: SpawnOptions = {}): Child {
  return spawnInPlace(file, args, options, {})
}

/** How a child replaces this process. */
export interface Place {
  /** The variables to set to the child's pid. Default: those of `listenPid`. */
  naming?: readonly PidVariable[]
  /** Whether the caller has already checked that the child may take the terminal. */
  alone?: boolean
  /** Whether to wait for exec in any case. */
  awaited?: boolean
}

/** The arguments of a spawn in the form that the kernel takes. */
interface Prepared {
  asked: CheckedOptions
  kinds: readonly Kind[]
  strings: SpawnStrings
}

/**
 * @internal Checks the arguments of `spawn()`, and starts nothing.
 *
 * @throws {TypeError | RangeError} if one is invalid.
 */
export function prepare(
  file: Bytes,
  args: readonly Bytes[],
  options: SpawnOptions,
  place: Place = {},
): Prepared {
  if (!Array.isArray(args)) {
    throw new TypeError(`${invalid('args', args, "an array, for example ['--help']")}
Pass options as the third argument.`)
  }
  const asked = checkOptions(options)
  const kinds = kindsOf(options.stdio)
  const naming = place.naming ?? (asked.listenPid ? LISTENING : [])
  const env = encodeEnvironment(options.env, asked.cleanEnv, naming)
  const strings = {
    env,
    naming: naming.length > 0,
    files: encodeFiles(file, env),
    argv: encodeArguments(options.argv0 ?? file, args),
    cwd: encodeDirectory(options.cwd),
  }
  return { asked, kinds, strings }
}

/** @internal Starts a child like `spawn()`, for a caller that the child replaces. */
export function spawnInPlace(
  file: Bytes,
  args: readonly Bytes[],
  options: SpawnOptions,
  place: Place,
): Child {
  const { asked, kinds, strings } = prepare(file, args, options, place)
  throwIfAborted(options.signal)
  try {
    const began = isHeard() ? monotonicNow() : undefined
    const checked = place.alone ? asked : asSpawnFailure(() => besideOthers(asked))
    const stdio = planStdio(kinds, checked.uid)
    const { owned, birth } = start(strings, checked, stdio, {
      unawaited: !place.awaited,
      pathOf: (step) => pathOf(step, file, options),
    })
    if (began !== undefined) publish(owned, birth, monotonicNow() - began)
    giveBackForeground(owned, checked)
    for (const pipe of stdio.parentEnds) pipe?.belongsTo(birth)
    const termination = new Termination(owned, birth, checked, () => {
      for (const pipe of stdio.parentEnds) pipe?.childIsEnding()
    })
    // The child hears of its exit before a termination does that is already due.
    const child = Child.of({ owned, birth, termination, pipes: stdio.parentEnds })
    termination.listen(options.signal)
    return child
  } catch (error) {
    if (!(error instanceof SextonError)) throw error
    // The failure may have come before the descriptors were opened.
    closeGiven(givenOf(kinds))
    return Child.of({ failure: error, kinds })
  }
}

function start(
  strings: SpawnStrings,
  options: CheckedOptions,
  stdio: StdioPlan,
  { unawaited, pathOf }: { unawaited: boolean; pathOf: (step: string) => { path?: string } },
): { owned: OwnedChild; birth: Birth } {
  let cgroupFd: number | undefined
  try {
    const pidfd = asSpawnFailure(() => backend() === 'pidfd')
    cgroupFd = options.cgroup === undefined ? undefined : openCgroup(options.cgroup)
    const { fds } = stdio
    // Before the clone: if SIGCHLD were ignored, the kernel would discard the status of a child that exits at once.
    repairChildSignal()
    const plan = { strings, options, fds, cgroupFd, pidfd, unawaited }
    const started = startProcess(plan, pathOf)
    takeEnds(stdio, started.plan)
    closeGiven(stdio.given)
    return { owned: own(started.pid, started.pidfd), birth: new Birth(started.birth, pathOf) }
  } catch (error) {
    closeStdio(stdio)
    throw error
  } finally {
    if (cgroupFd !== undefined) closeSync(cgroupFd)
  }
}

/** The path that belongs to a failed step of a child's start. */
export function pathOf(step: string, file: Bytes, options: SpawnOptions): { path?: string } {
  // With a cgroup, clone fails because of that cgroup.
  if (step === 'clone' && options.cgroup !== undefined) return { path: options.cgroup }
  if (step === 'chdir') return { path: text(options.cwd ?? '') }
  return step === 'execve' ? { path: text(file) } : {}
}

function text(bytes: Bytes | URL): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : String(bytes)
}

// Keeps the child in this process's group if others share it. Otherwise the child's own group would take the terminal
// from them. A shell without job control does the same.
function besideOthers(options: CheckedOptions): CheckedOptions {
  if (!options.foreground || !hasTerminal() || !sharesGroup()) return options
  const processGroup = options.processGroup === 0 ? undefined : options.processGroup
  return { ...options, processGroup, foreground: false }
}

function giveBackForeground(child: OwnedChild, options: CheckedOptions): void {
  if (!options.foreground) return
  child.onExit(() => binding.moveForeground(options.processGroup || child.pid, 0))
}

takePart(rehearseEnd)
