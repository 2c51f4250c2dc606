import { constants } from 'node:os'
import { systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { type Given, GivenEnd } from './given-end.js'
import { Pipe } from './pipe.js'
import { PipeEnd } from './pipe-end.js'
import { descriptorsIn, READ_PIPE, WRITE_PIPE } from './plan.js'
import { asSpawnFailure } from './spawn-failure.js'
import { givenOf, IGNORED, type Kind, PIPED } from './stdio.js'

/** The descriptors of a child that is about to start. */
export interface StdioPlan {
  /** For the native `spawn`: the source of each descriptor of the child, as `fds` of a `Plan`. */
  readonly fds: Int32Array
  /** What the child is given. It is closed here after the child has its copies. */
  readonly given: Given[]
  /** This process's ends of the pipes, by the child's descriptor. `null`: no pipe, or one that is not made yet. */
  readonly parentEnds: (PipeEnd | null)[]
}

type Direction = 'readable' | 'writable'

// No spawn changes these: nothing of it is open.
const NOTHING: StdioPlan = {
  fds: Int32Array.of(-1, -1, -1),
  given: [],
  parentEnds: [null, null, null],
}

// The native code writes to no plan but the encoded one.
const PIPES = Int32Array.of(WRITE_PIPE, READ_PIPE, READ_PIPE)

/**
 * Opens everything but the pipes, which the native `spawn` makes. If it fails, it leaves no descriptor open.
 *
 * @param owner The user that the child changes to. The pipes then belong to that user.
 */
export function planStdio(kinds: readonly Kind[], owner?: number): StdioPlan {
  if (kinds === IGNORED) return NOTHING
  if (kinds === PIPED) return { fds: PIPES, given: [], parentEnds: [null, null, null] }
  const plan: StdioPlan = {
    fds: new Int32Array(kinds.length),
    given: givenOf(kinds),
    parentEnds: kinds.map(() => null),
  }
  try {
    // Check given descriptors before opening files. A file could take the number of a descriptor that is closed now.
    kinds.forEach((kind, i) => {
      if (kind === 'ignore') plan.fds[i] = -1
      else if (kind === 'readable') plan.fds[i] = READ_PIPE
      else if (kind === 'writable') plan.fds[i] = WRITE_PIPE
      else if (typeof kind !== 'object') plan.fds[i] = existing(kind, i)
    })
    kinds.forEach((kind, i) => {
      if (typeof kind === 'object') plan.fds[i] = kind.open(owner)
    })
    return plan
  } catch (error) {
    closeStdio(plan)
    throw error
  }
}

/** Takes this process's ends of the pipes from a plan that the native `spawn` has carried out. */
export function takeEnds({ fds, parentEnds }: StdioPlan, plan: Uint8Array): void {
  let ends: Int32Array | undefined
  for (let i = 0; i < fds.length; i += 1) {
    const direction = directionOf(fds[i] as number)
    if (direction === undefined) continue
    ends ??= descriptorsIn(plan, fds.length)
    parentEnds[i] = new PipeEnd(ends[i] as number, direction)
  }
}

/** Opens everything like `planStdio()`, and the pipes too: for a keeper, which hands them on. */
export function openStdio(kinds: readonly Kind[], owner?: number): StdioPlan {
  const planned = planStdio(kinds, owner)
  const plan = { ...planned, fds: planned.fds.slice() }
  try {
    for (const [i, fd] of plan.fds.entries()) {
      const direction = directionOf(fd)
      if (direction !== undefined) openPipe(plan, i, direction, owner)
    }
    return plan
  } catch (error) {
    closeStdio(plan)
    throw error
  }
}

function directionOf(fd: number): Direction | undefined {
  return fd === READ_PIPE ? 'readable' : fd === WRITE_PIPE ? 'writable' : undefined
}

/** Closes what the child was given. If this process kept its end of a pipe, a reader would never see the end. */
export function closeGiven(given: readonly Given[]): void {
  for (const each of given) each.close()
}

/** Closes both ends of all pipes, when the child could not be started. */
export function closeStdio(plan: StdioPlan): void {
  closeGiven(plan.given)
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
  direction: Direction,
  owner: number | undefined,
): void {
  const { readable, writable } = asSpawnFailure(() => Pipe.open(direction))
  const [ours, theirs] = direction === 'readable' ? [readable, writable] : [writable, readable]
  plan.parentEnds[index] = new PipeEnd(ours.release(), direction)
  const given = new GivenEnd(theirs)
  plan.given.push(given)
  plan.fds[index] = given.open(owner)
}
