import type { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { binding } from '../binding.js'
import { quote, systemError } from '../errors.js'

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
  | { readonly fd: number }

/** The streams of a child, and the descriptors it is given. */
export interface StdioPlan {
  /** For the native `spawn`: descriptor i of the child, -1 for `/dev/null` or closed. */
  fds: Int32Array
  /** After the child has its copies, these ends are closed here. */
  childEnds: number[]
  /** Ours, by number. */
  parentEnds: ({ fd: number; direction: 'readable' | 'writable' } | undefined)[]
}

const MOST = 1024

/** Checks the option and makes the pipes; on failure no descriptor remains. */
export function openStdio(stdio: Stdio | readonly Stdio[] = 'pipe'): StdioPlan {
  const kinds = expand(stdio).map(check)
  const plan: StdioPlan = {
    fds: new Int32Array(kinds.length),
    childEnds: [],
    parentEnds: [],
  }
  try {
    kinds.forEach((kind, i) => {
      plan.parentEnds[i] = undefined
      if (kind === 'readable' || kind === 'writable') openPipe(plan, i, kind)
      else plan.fds[i] = kind === 'inherit' ? i : kind === 'ignore' ? -1 : kind
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
  for (const end of plan.parentEnds) if (end !== undefined) binding.closeFd(end.fd)
}

/** Streams over our ends. */
export function streamsOf(plan: StdioPlan): (Readable | Writable | null)[] {
  return plan.parentEnds.map((end) =>
    end === undefined ? null : openStream(end.fd, end.direction),
  )
}

// libuv's pipe streams: non-blocking, with backpressure, and a write to a closed pipe is an 'error'
// event with EPIPE. Reading starts with the first reader (`manualStart`), not before: an unread
// stream would otherwise keep the process alive.
function openStream(fd: number, direction: 'readable' | 'writable'): Socket {
  const { Socket } = process.getBuiltinModule('node:net')
  binding.handOver(fd)
  const readable = direction === 'readable'
  return new Socket({ fd, readable, writable: !readable, manualStart: true } as object)
}

function openPipe(plan: StdioPlan, index: number, direction: 'readable' | 'writable'): void {
  const ends = new Int32Array(2)
  const result = binding.makePipe(ends)
  if (result < 0) throw systemError(result, 'pipe2')
  const [readEnd, writeEnd] = ends as unknown as [number, number]
  const [ours, theirs] = direction === 'readable' ? [readEnd, writeEnd] : [writeEnd, readEnd]
  plan.fds[index] = theirs
  plan.childEnds.push(theirs)
  plan.parentEnds[index] = { fd: ours, direction }
}

function expand(stdio: Stdio | readonly Stdio[]): readonly Stdio[] {
  if (!Array.isArray(stdio)) return [stdio, stdio, stdio] as Stdio[]
  if (stdio.length > MOST) {
    throw new RangeError(`stdio must have at most ${MOST} entries, not ${stdio.length}`)
  }
  // Fewer than three would leave numbers to which the child's first open() would then give a file.
  return [...stdio, ...(['pipe', 'pipe', 'pipe'] as const).slice(Math.min(stdio.length, 3))]
}

function check(
  kind: unknown,
  index: number,
): 'readable' | 'writable' | 'inherit' | 'ignore' | number {
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
