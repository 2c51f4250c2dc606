import { constants } from 'node:os'
import { systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { type Given, GivenEnd } from './given-end.js'
import { Pipe } from './pipe.js'
import { PipeEnd } from './pipe-end.js'
import { asSpawnFailure } from './spawn-failure.js'
import { givenOf, IGNORED, type Kind } from './stdio.js'

/** The descriptors of a child that is about to start. */
export interface StdioPlan {
  /** For the native `spawn`: the source of each descriptor of the child; -1 for `/dev/null` or closed. */
  readonly fds: Int32Array
  /** What the child is given. It is closed here after the child has its copies. */
  readonly given: Given[]
  /** This process's ends of the pipes, by the child's descriptor. */
  readonly parentEnds: (PipeEnd | null)[]
}

// No spawn changes these: nothing of it is open.
const NOTHING: StdioPlan = {
  fds: Int32Array.of(-1, -1, -1),
  given: [],
  parentEnds: [null, null, null],
}

/**
 * Creates the pipes. If it fails, it leaves no descriptor open.
 *
 * @param owner The user that the child changes to. The pipes then belong to that user.
 */
export function openStdio(kinds: readonly Kind[], owner?: number): StdioPlan {
  if (kinds === IGNORED) return NOTHING
  const plan: StdioPlan = {
    fds: new Int32Array(kinds.length),
    given: givenOf(kinds),
    parentEnds: kinds.map(() => null),
  }
  try {
    // Check given descriptors before creating pipes. A pipe could take the number of a descriptor that is closed now.
    kinds.forEach((kind, i) => {
      if (kind === 'ignore') plan.fds[i] = -1
      else if (typeof kind === 'number' || kind === 'inherit') plan.fds[i] = existing(kind, i)
    })
    kinds.forEach((kind, i) => {
      if (kind === 'readable' || kind === 'writable') openPipe(plan, i, kind, owner)
      else if (typeof kind === 'object') plan.fds[i] = kind.open(owner)
    })
    return plan
  } catch (error) {
    closeStdio(plan)
    throw error
  }
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
  direction: 'readable' | 'writable',
  owner: number | undefined,
): void {
  const { readable, writable } = asSpawnFailure(() => Pipe.open(direction))
  const [ours, theirs] = direction === 'readable' ? [readable, writable] : [writable, readable]
  plan.parentEnds[index] = new PipeEnd(ours.release(), direction)
  const given = new GivenEnd(theirs)
  plan.given.push(given)
  plan.fds[index] = given.open(owner)
}
