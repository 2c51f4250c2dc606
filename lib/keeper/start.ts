import { closeSync, constants, openSync } from 'node:fs'
import { constants as system } from 'node:os'
import { attempt, SextonError, systemError } from '../base/errors.js'
import { backend } from '../exit/backend.js'
import { repairChildSignal } from '../exit/child-signal.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { own } from '../reaping/reaper.js'
import { openCgroup } from '../spawn/cgroup.js'
import { startProcess } from '../spawn/native-call.js'
import { block, encode, encodeArguments } from '../spawn/strings.js'
import { binding } from '../system/binding.js'
import {
  type Executable,
  executing,
  keeperExecutable,
  matching,
  moveToMemory,
} from './executable.js'
import { type JobMark, withMark } from './mark.js'
import { lackOf, MEMORY, type Need, PIDFD } from './refusal.js'
import {
  encodeSettings,
  FIRST_OF_COMMAND,
  type JobPlan,
  type KeeperSettings,
  type OpenedGroups,
} from './settings.js'

const { ENOEXEC } = system.errno

/** A keeper that has been started, and this process's end of its socket. */
export interface Started {
  child: OwnedChild
  socket: number
}

/**
 * Starts a keeper as a child of this process. The reaper owns it.
 *
 * @param mark The mark of the job.
 * @throws {SextonError} `ERR_UNSUPPORTED` if the keeper is missing or cannot be executed; `ERR_SPAWN_FAILED` or
 *   `ERR_SYSTEM` if the system refuses to start it. No process and no descriptor remains.
 */
export function startKeeper(plan: JobPlan, settings: KeeperSettings, mark: JobMark): Started {
  const { executable = keeperExecutable() } = plan
  const fds: number[] = []
  const open = (result: number, need: Need) => {
    if (result < 0) throw lackOf(need, -result)
    fds.push(result)
    return result
  }
  const { id, number } = mark
  const marked = {
    ...plan,
    strings: { ...plan.strings, env: withMark(plan.strings.env, id) },
    mark: number,
  }
  const opened: number[] = []
  const ends = new Int32Array(2)
  try {
    const groups = openGroups(plan, opened)
    const { sources, bytes } = encodeSettings(marked, settings, groups)
    const made = binding.makeSocketPair(ends)
    if (made < 0) throw systemError(made, 'socketpair')
    const [ours, theirs] = ends as unknown as [number, number]
    fds.push(theirs)
    const parent = open(binding.pidfdOpen(process.pid), PIDFD)
    const memory = open(binding.makeSealedFile(bytes), MEMORY)
    const env = block([withMark(new Uint8Array(), id)])
    const child = startAnywhere(executable, { env }, [theirs, parent, memory, ...sources])
    return { child, socket: ours }
  } catch (error) {
    if (ends[0] !== ends[1]) binding.closeFd(ends[0] as number)
    throw error
  } finally {
    for (const fd of fds) binding.closeFd(fd)
    for (const fd of opened) closeSync(fd)
  }
}

// Adds each descriptor to `opened`, for the caller to close.
function openGroups(plan: JobPlan, opened: number[]): OpenedGroups {
  const add = (fd: number) => {
    opened.push(fd)
    return fd
  }
  const parents = (plan.groups?.parents ?? []).map((path) => add(openDirectory(path)))
  return { parents, cgroup: plan.cgroup === undefined ? undefined : add(openCgroup(plan.cgroup)) }
}

function openDirectory(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (error) {
    throw systemError((error as NodeJS.ErrnoException).errno ?? 0, 'open', { path })
  }
}

/** The argument and the environment of a keeper. */
interface Call {
  /** The words that say what to keep; none for a job. */
  words?: readonly string[]
  /** Its environment. */
  env: Uint8Array
}

/**
 * Starts the program where it lies, or else from memory.
 *
 * @param fds The descriptors that it gets from 3 on; -1 for a closed one.
 */
export function startAnywhere(
  executable: Executable,
  call: Call,
  fds: readonly number[],
): OwnedChild {
  const first = attempt(() => startOne(executable, call, fds))
  if (!(first instanceof SextonError)) return first
  if (first.syscall !== 'execve') throw first
  if (executable.memory !== undefined || first.errno === ENOEXEC) throw unsupported(first)
  const second = attempt(() => startOne(moveToMemory(executable, first), call, fds))
  if (!(second instanceof SextonError)) return second
  throw second.syscall === 'execve' ? unsupported(second) : second
}

function unsupported({ errno = 0, path = '' }: SextonError): SextonError {
  return lackOf(errno === ENOEXEC ? matching(path) : executing(path), errno)
}

function startOne(
  { path, memory }: Executable,
  { words = [], env }: Call,
  fds: readonly number[],
): OwnedChild {
  // The descriptor comes last, where the keeper closes it as one too many.
  const all = memory === undefined ? fds : [...fds, memory]
  const file = memory === undefined ? path : `/proc/self/fd/${FIRST_OF_COMMAND + fds.length - 3}`
  const strings = {
    files: encode('file', file),
    argv: encodeArguments('sexton-keeper', words),
    env,
    naming: false,
    cwd: undefined,
  }
  // Before the clone: see start() of lib/spawn/spawn.ts.
  repairChildSignal()
  const { pid, pidfd } = startProcess(
    {
      strings,
      options: { rlimits: new Float64Array(), noShell: true, outlives: true },
      fds: Int32Array.from([-1, -1, -1, ...all]),
      cgroupFd: undefined,
      pidfd: backend() === 'pidfd',
    },
    () => ({ path }),
  )
  return own(pid, pidfd)
}
