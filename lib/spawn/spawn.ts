import { closeSync } from 'node:fs'
import { quote, SextonError, systemError } from '../base/errors.js'
import { backend } from '../exit/backend.js'
import { repairChildSignal } from '../exit/child-signal.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { own } from '../reaping/reaper.js'
import { binding } from '../system/binding.js'
import { hasTerminal, sharesGroup } from '../system/terminal.js'
import { openCgroup } from './cgroup.js'
import { type CheckedOptions, checkOptions } from './checked-options.js'
import { Child } from './child.js'
import { startProcess } from './native-call.js'
import type { Bytes, SpawnOptions } from './options.js'
import type { SpawnStrings } from './plan.js'
import {
  closeChildEnds,
  closeStdio,
  kindsOf,
  openStdio,
  type Stdio,
  type StdioPlan,
} from './stdio.js'
import type { StdioStream } from './stdio-stream.js'
import {
  encodeArguments,
  encodeDirectory,
  encodeEnvironment,
  encodeFiles,
  type PidVariable,
} from './strings.js'
import { Termination } from './termination.js'

const LISTENING: readonly PidVariable[] = ['LISTEN_PID', 'LISTEN_PIDFDID']

/**
 * Starts a program, without a shell, and without a copy of this process's memory: on Linux the call
 * takes some 100 µs however large the heap is. It returns when the program takes its place, or has
 * failed to; for a moment more `/proc` may show what was there before.
 *
 * The child starts with every signal at its default action and with the caller's signal mask; it gets
 * the descriptors of `stdio` and no others that Node or sexton opened. A file without a `/` is looked
 * for in the `PATH` of `env`; one without a `#!` line is run by `/bin/sh`, as execvp(3) does.
 *
 * What cannot be started makes `exited` reject with `ERR_SPAWN_FAILED`, whose `syscall` is the step
 * that failed (`execve`, `chdir`, `setresuid`, `setrlimit` …), with `errno` and `path`; no process and
 * no descriptor remains. A `timeout` or an aborted `signal` ends the child; `exited` then resolves as
 * ever, and `terminationReason` tells. Descendants of the child are not ended.
 *
 * @typeParam S The type of `stdio`, which tells which of the child's streams are `null`.
 * @param file The program: a path, or a name to look for in `PATH`.
 * @param args Its arguments, without the program's name.
 * @param options Its world, and when it is to end.
 * @throws {TypeError | RangeError} for bad arguments; nothing has been done then.
 * @throws the `signal`'s reason if it is aborted already.
 * @see clone(2), execve(2)
 */
export function spawn<const S extends Stdio | readonly Stdio[] = 'pipe'>(
  file: Bytes,
  args?: readonly Bytes[],
  options?: SpawnOptions<S>,
): Child<StdioStream<S, 0>, StdioStream<S, 1>, StdioStream<S, 2>>
export function spawn(file: Bytes, args: readonly Bytes[] = [], options: SpawnOptions = {}): Child {
  return spawnInPlace(file, args, options, {})
}

/** In which way a child stands in for this process. */
export interface Place {
  /** The variables that are to name the child; default: what `listenPid` says. */
  naming?: readonly PidVariable[]
  /** The caller knows that this process shares its group with no one, or does not mind. */
  alone?: boolean
}

/** @internal Does what `spawn()` does, for a child that stands in for this process. */
export function spawnInPlace(
  file: Bytes,
  args: readonly Bytes[],
  options: SpawnOptions,
  place: Place,
): Child {
  if (!Array.isArray(args)) {
    throw new TypeError(`args must be an array, not ${quote(args)}; options come after it`)
  }
  const asked = checkOptions(options)
  const kinds = kindsOf(options.stdio)
  const naming = place.naming ?? (asked.listenPid ? LISTENING : [])
  const strings = {
    env: encodeEnvironment(options.env, naming), // first: it checks what has the PATH
    naming: naming.length > 0,
    files: encodeFiles(file, options.env),
    argv: encodeArguments(options.argv0 ?? file, args),
    cwd: encodeDirectory(options.cwd),
  }
  options.signal?.throwIfAborted()
  try {
    const checked = place.alone ? asked : asSpawnFailure(() => besideOthers(asked))
    const stdio = openStdio(kinds, checked.uid)
    const owned = start(strings, checked, stdio, (step) => pathOf(step, file, options))
    giveBackForeground(owned, checked)
    owned.onExit(() => {
      for (const [index, pipe] of stdio.parentEnds.entries()) pipe?.childEnded(index)
    })
    const termination = new Termination(owned, checked, options.signal)
    return Child.of({ owned, termination, pipes: stdio.parentEnds })
  } catch (error) {
    if (!(error instanceof SextonError)) throw error
    return Child.of({ failure: error, kinds })
  }
}

function start(
  strings: SpawnStrings,
  options: CheckedOptions,
  stdio: StdioPlan,
  pathOf: (step: string) => { path?: string },
): OwnedChild {
  let cgroupFd: number | undefined
  try {
    const wantPidfd = asSpawnFailure(() => backend() === 'pidfd')
    cgroupFd = options.cgroup === undefined ? undefined : openCgroup(options.cgroup)
    const { fds } = stdio
    // Before the birth: with SIGCHLD ignored, the status of a child that ends at once would be lost.
    repairChildSignal()
    const { pid, pidfd } = startProcess(strings, options, fds, cgroupFd, wantPidfd, pathOf)
    closeChildEnds(stdio)
    return own(pid, pidfd)
  } catch (error) {
    closeStdio(stdio)
    throw error
  } finally {
    if (cgroupFd !== undefined) closeSync(cgroupFd)
  }
}

// A look at the system that comes before the first step may fail for want of a descriptor, as the steps may.
function asSpawnFailure<T>(look: () => T): T {
  try {
    return look()
  } catch (error) {
    const { code, errno, syscall } = error as SextonError
    if (code !== 'ERR_SYSTEM' || errno === undefined || syscall === undefined) throw error
    throw systemError(-errno, syscall, {}, 'ERR_SPAWN_FAILED')
  }
}

function pathOf(step: string, file: Bytes, options: SpawnOptions): { path?: string } {
  // What it cannot be born into, when a cgroup was asked for.
  if (step === 'clone' && options.cgroup !== undefined) return { path: options.cgroup }
  if (step === 'chdir') return { path: text(options.cwd ?? '') }
  return step === 'execve' ? { path: text(file) } : {}
}

function text(bytes: Bytes | URL): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : String(bytes)
}

// The rest of this process's group would lose the terminal to a group of the child's own. A shell without
// job control has the same choice, and keeps its children in its group.
function besideOthers(options: CheckedOptions): CheckedOptions {
  if (!options.foreground || !hasTerminal() || !sharesGroup()) return options
  const processGroup = options.processGroup === 0 ? undefined : options.processGroup
  return { ...options, processGroup, foreground: false }
}

function giveBackForeground(child: OwnedChild, options: CheckedOptions): void {
  if (!options.foreground) return
  child.onExit(() => binding.moveForeground(options.processGroup || child.pid, 0))
}
