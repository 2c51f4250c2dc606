// The mark of a job serves when the keeper was killed: its processes are found by it. Two things have it, and all
// processes of the job inherit both:
//
// - a variable of the environment. env(1) takes it off, and nobody sees it in the middle of exec, nor on a process of
//   another user.
// - a resource limit without effect, which the keeper sets (native/keeper/start.cc). A process can only lower it, and
//   everybody may read it. Of three jobs within each other, the middle one does not have it.

const VARIABLE = 'SEXTON_JOB'

/** The limit of a job that is in no other job has this bit. native/keeper/settings.h has the same number. */
const OUTERMOST = 2 ** 52
// A limit that somebody has set by hand is lower.
const LOWEST = 2 ** 32

/** The mark that no other job on this machine has. */
export interface JobMark {
  /** A word of the variable. */
  readonly id: string
  /** The limit, without the bit. */
  readonly number: number
}

let jobs = 0

/** Makes the mark of a job. */
export function newMark(): JobMark {
  jobs += 1
  const id = `${process.pid}-${process.hrtime.bigint().toString(36)}-${jobs}`
  return { id, number: LOWEST + Math.floor(Math.random() * (OUTERMOST - LOWEST)) }
}

/**
 * Adds the mark to an environment. A job within a job has the marks of both, separated by a colon.
 *
 * @param env The entries of the environment, each with its NUL.
 */
export function withMark(env: Uint8Array, id: string): Uint8Array {
  const block = Buffer.from(env.buffer, env.byteOffset, env.byteLength)
  const outer = positionIn(block)
  if (outer < 0) return Buffer.concat([block, Buffer.from(`${VARIABLE}=${id}\0`)])
  const end = block.indexOf(0, outer)
  return Buffer.concat([block.subarray(0, end), Buffer.from(`:${id}`), block.subarray(end)])
}

function positionIn(block: Buffer): number {
  const name = `${VARIABLE}=`
  if (block.indexOf(name) === 0) return 0
  const before = block.indexOf(`\0${name}`)
  return before < 0 ? -1 : before + 1
}

/** Whether the limits of a process, as `/proc/<pid>/limits` shows them, have the mark. */
export function hasLimit(limits: string, { number }: JobMark): boolean {
  const [, ...both] = /^Max file locks +(\d+) +(\d+)/m.exec(limits) ?? []
  return both.some((limit) => Number(limit) % OUTERMOST === number)
}

/** Whether an environment has the mark. */
export function hasVariable(block: string, { id }: JobMark): boolean {
  if (!block.includes(id)) return false
  const entry = block.split('\0').find((each) => each.startsWith(`${VARIABLE}=`)) ?? ''
  return entry
    .slice(VARIABLE.length + 1)
    .split(':')
    .includes(id)
}
