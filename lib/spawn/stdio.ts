import { fchownSync } from 'node:fs'
import { constants } from 'node:os'
import { quote, systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { PipeEnd } from './pipe-end.js'

/**
 * What one descriptor of the child is.
 *
 * - `'pipe'`: a pipe to a stream of the child's: it reads from 0, it writes to 1 and 2.
 * - `'readable'`: a pipe that this process reads, at any number; `'writable'`: one that it writes.
 * - `'inherit'`: this process's descriptor of the same number.
 * - `'ignore'`: `/dev/null`; from 3 on, closed.
 * - a number, or an object with one in `fd`: that descriptor of this process.
 */
export type Stdio =
  | 'pipe'
  | 'readable'
  | 'writable'
  | 'inherit'
  | 'ignore'
  | number
  | {
      /** A descriptor of this process: a `FileHandle`, a socket's handle. */
      readonly fd: number
    }

/** The same with the direction of each pipe settled, and descriptors as bare numbers. */
export type Kind = 'readable' | 'writable' | 'inherit' | 'ignore' | number

/** The descriptors a child is given. */
export interface StdioPlan {
  /** For the native `spawn`: descriptor i of the child, -1 for `/dev/null` or closed. */
  fds: Int32Array
  /** After the child has its copies, these ends are closed here. */
  childEnds: number[]
  /** Ours, by number. */
  parentEnds: (PipeEnd | null)[]
}

// As many as a process may have open (`fs.nr_open`), unless that was raised.
const MOST = 2 ** 20

/** What each descriptor is to be, checked. */
export function kindsOf(stdio: Stdio | readonly Stdio[] = 'pipe'): Kind[] {
  return expand(stdio).map(check)
}

/**
 * Makes the pipes; on failure no descriptor remains.
 *
 * @param owner The user that the child changes to, if it does: the pipes become that user's.
 */
export function openStdio(kinds: readonly Kind[], owner?: number): StdioPlan {
  const plan: StdioPlan = { fds: new Int32Array(kinds.length), childEnds: [], parentEnds: [] }
  // Before there are pipes: a number that is closed now could be one of theirs then.
  kinds.forEach((kind, i) => {
    plan.parentEnds[i] = null
    if (kind === 'ignore') plan.fds[i] = -1
    else if (typeof kind === 'number' || kind === 'inherit') plan.fds[i] = existing(kind, i)
  })
  try {
    kinds.forEach((kind, i) => {
      if (kind === 'readable' || kind === 'writable') openPipe(plan, i, kind, owner)
    })
    return plan
  } catch (error) {
    closeStdio(plan)
    throw error
  }
}

/** Closes the child's ends: as long as we held them too, no end of file would ever be seen. */
export function closeChildEnds(plan: StdioPlan): void {
  for (const fd of plan.childEnds) binding.closeFd(fd)
}

/** Closes all of it, when there is to be no child. */
export function closeStdio(plan: StdioPlan): void {
  closeChildEnds(plan)
  for (const end of plan.parentEnds) end?.close()
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
  const ends = new Int32Array(2)
  const ours = direction === 'readable' ? 0 : 1
  const result = binding.makePipe(ends, ours)
  if (result < 0) throw systemError(result, 'pipe2', {}, 'ERR_SPAWN_FAILED')
  const theirs = ends[1 - ours] as number
  if (owner !== undefined) giveAway(theirs, owner)
  plan.fds[index] = theirs
  plan.childEnds.push(theirs)
  plan.parentEnds[index] = new PipeEnd(ends[ours] as number, direction)
}

/**
 * Makes a pipe another user's. Only its owner may open it anew, which a program does that writes to
 * `/dev/stderr`: that leads to `/proc/self/fd/2`. Without CAP_CHOWN the pipe stays as it is, and works
 * for every program that uses the descriptor.
 */
export function giveAway(pipe: number, owner: number): void {
  try {
    fchownSync(pipe, owner, -1)
  } catch {
    // The child starts as well without; an owner that does not exist here fails in setresuid.
  }
}

function expand(stdio: Stdio | readonly Stdio[]): readonly Stdio[] {
  if (!Array.isArray(stdio)) return [stdio, stdio, stdio] as Stdio[]
  if (stdio.length > MOST) {
    throw new RangeError(`stdio must have at most ${MOST} entries, not ${stdio.length}`)
  }
  // Fewer than three would leave numbers to which the child's first open() would then give a file.
  return [...stdio, ...(['pipe', 'pipe', 'pipe'] as const).slice(Math.min(stdio.length, 3))]
}

function check(kind: unknown, index: number): Kind {
  if (kind === 'readable' || kind === 'writable' || kind === 'inherit' || kind === 'ignore')
    return kind
  if (kind === 'pipe') {
    if (index < 3) return index === 0 ? 'writable' : 'readable'
    throw new TypeError(`stdio[${index}]: a pipe has a direction; say 'readable' or 'writable'`)
  }
  const fd = typeof kind === 'object' && kind !== null && 'fd' in kind ? kind.fd : kind
  if (typeof fd === 'number' && Number.isInteger(fd) && fd >= 0 && fd < 2 ** 31) return fd
  throw new TypeError(
    `stdio[${index}] must be 'pipe', 'readable', 'writable', 'inherit', 'ignore', a descriptor, or an object with one in fd, not ${quote(kind)}`,
  )
}
