import { fchownSync } from 'node:fs'
import { constants } from 'node:os'
import { invalid, systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { Pipe, PipeHandle } from './pipe.js'
import { PipeEnd } from './pipe-end.js'
import { asSpawnFailure } from './spawn-failure.js'

/**
 * What a descriptor of the child refers to.
 *
 * - `'pipe'`: a pipe between the child and a stream of this process. The child reads from descriptor 0, and
 *   writes to 1 and 2.
 * - `'readable'`: a pipe that this process reads, at any descriptor. `'writable'`: a pipe that it writes.
 * - `'inherit'`: the descriptor of this process with the same number.
 * - `'ignore'`: `/dev/null` for descriptors 0 to 2; a closed descriptor from 3 on.
 * - A number, or an object with a number in `fd`: that descriptor of this process.
 * - An end of `pipe()`: it is handed over. This process's descriptor is closed, whether or not the child starts. The
 *   same end may stand at two descriptors, as `2>&1` does.
 */
export type Stdio =
  | 'pipe'
  | 'readable'
  | 'writable'
  | 'inherit'
  | 'ignore'
  | number
  | PipeHandle
  | {
      /** A descriptor of this process. A `FileHandle` and the handle of a socket have this property. */
      readonly fd: number
    }

/** A checked `Stdio`: each pipe has a direction, and each descriptor is a number. */
export type Kind = 'readable' | 'writable' | 'inherit' | 'ignore' | number | PipeHandle

/** The descriptors of a child that is about to start. */
export interface StdioPlan {
  /** For the native `spawn`: the source of each descriptor of the child; -1 for `/dev/null` or closed. */
  fds: Int32Array
  /** The child's ends of the pipes. They are closed here after the child has its copies. */
  childEnds: PipeHandle[]
  /** This process's ends of the pipes, by the child's descriptor. */
  parentEnds: (PipeEnd | null)[]
}

// The most entries: the most descriptors that a process may have open, unless `fs.nr_open` was raised.
const MOST = 2 ** 20

/** Checks `stdio`, and returns the kind of each descriptor. */
export function kindsOf(stdio: Stdio | readonly Stdio[] = 'pipe'): Kind[] {
  return expand(stdio).map(check)
}

/**
 * Creates the pipes. If it fails, it leaves no descriptor open.
 *
 * @param owner The user that the child changes to. The pipes then belong to that user.
 */
export function openStdio(kinds: readonly Kind[], owner?: number): StdioPlan {
  const plan: StdioPlan = { fds: new Int32Array(kinds.length), childEnds: [], parentEnds: [] }
  // Check given descriptors before creating pipes. A pipe could take the number of a descriptor that is closed now.
  kinds.forEach((kind, i) => {
    plan.parentEnds[i] = null
    if (kind === 'ignore') plan.fds[i] = -1
    else if (typeof kind === 'number' || kind === 'inherit') plan.fds[i] = existing(kind, i)
  })
  try {
    kinds.forEach((kind, i) => {
      if (kind === 'readable' || kind === 'writable') openPipe(plan, i, kind, owner)
      if (kind instanceof PipeHandle) giveEnd(plan, i, kind, owner)
    })
    return plan
  } catch (error) {
    closeStdio(plan)
    throw error
  }
}

/** Closes the child's ends of the pipes. If this process kept them, it would never see an end of file. */
export function closeChildEnds(plan: StdioPlan): void {
  for (const end of plan.childEnds) end.close()
}

/** Closes both ends of all pipes, when the child could not be started. */
export function closeStdio(plan: StdioPlan): void {
  closeChildEnds(plan)
  for (const end of plan.parentEnds) end?.close()
}

/** Closes the ends of pipes that were to be handed over, when the child could not be started. */
export function closeHandedOver(kinds: readonly Kind[]): void {
  for (const kind of kinds) if (kind instanceof PipeHandle) kind.close()
}

function existing(kind: number | 'inherit', index: number): number {
  const fd = kind === 'inherit' ? index : kind
  if (binding.isOpen(fd)) return fd
  const path = `descriptor ${fd}`
  throw systemError(-constants.errno.EBADF, 'dup2', { path }, 'ERR_SPAWN_FAILED')
}

function openPipe(
  plan: StdioPlan,
  index: number,
  direction: 'readable' | 'writable',
  owner: number | undefined,
): void {
  const { readable, writable } = asSpawnFailure(() => Pipe.open(direction))
  const [ours, theirs] = direction === 'readable' ? [readable, writable] : [writable, readable]
  plan.parentEnds[index] = new PipeEnd(ours.release(), direction)
  giveEnd(plan, index, theirs, owner)
}

// Lets the child have an end of a pipe. This process's copy is closed with the others.
function giveEnd(plan: StdioPlan, index: number, end: PipeHandle, owner: number | undefined): void {
  plan.childEnds.push(end)
  if (owner !== undefined) giveAway(end.fd, owner)
  plan.fds[index] = end.fd
}

/**
 * Gives a pipe to another user. A program that writes to `/dev/stderr` opens the pipe again, by way of
 * `/proc/self/fd/2`, and only the pipe's owner may do that. Without CAP_CHOWN the pipe keeps its owner, and still
 * works for programs that use the descriptor.
 */
export function giveAway(pipe: number, owner: number): void {
  try {
    fchownSync(pipe, owner, -1)
  } catch {
    // The child can start without it. If the user does not exist here, setresuid will fail.
  }
}

function expand(stdio: Stdio | readonly Stdio[]): readonly Stdio[] {
  if (!Array.isArray(stdio)) return [stdio, stdio, stdio] as Stdio[]
  if (stdio.length > MOST) {
    throw new RangeError(invalid('stdio.length', stdio.length, `at most ${MOST}`))
  }
  // Always fill descriptors 0 to 2. Otherwise the child's first open() would become its standard output.
  return [...stdio, ...(['pipe', 'pipe', 'pipe'] as const).slice(Math.min(stdio.length, 3))]
}

function check(kind: unknown, index: number): Kind {
  if (kind === 'readable' || kind === 'writable' || kind === 'inherit' || kind === 'ignore')
    return kind
  if (kind instanceof PipeHandle) {
    if (!kind.closed) return kind
    throw new TypeError(invalid(`stdio[${index}]`, kind, 'an open end of a pipe'))
  }
  if (kind === 'pipe') {
    if (index < 3) return index === 0 ? 'writable' : 'readable'
    throw new TypeError(invalid(`stdio[${index}]`, kind, "'readable' or 'writable'"))
  }
  const fd = typeof kind === 'object' && kind !== null && 'fd' in kind ? kind.fd : kind
  if (typeof fd === 'number' && Number.isInteger(fd) && fd >= 0 && fd < 2 ** 31) return fd
  const expected =
    "'pipe', 'readable', 'writable', 'inherit', 'ignore', a descriptor, or an object with one in fd"
  throw new TypeError(invalid(`stdio[${index}]`, kind, expected))
}
