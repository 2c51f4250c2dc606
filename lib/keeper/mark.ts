// The mark of a job: a variable that all its processes inherit. It serves when the keeper was killed. It cannot be
// seen on processes of other users, nor on those that were started with another environment.

const VARIABLE = 'SEXTON_JOB'
let jobs = 0

/** Makes a name that no other job on this machine has. */
export function newJobId(): string {
  jobs += 1
  return `${process.pid}-${process.hrtime.bigint().toString(36)}-${jobs}`
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

/** Whether an environment has the mark. */
export function hasMark(block: string, id: string): boolean {
  if (!block.includes(id)) return false
  const entry = block.split('\0').find((each) => each.startsWith(`${VARIABLE}=`)) ?? ''
  return entry
    .slice(VARIABLE.length + 1)
    .split(':')
    .includes(id)
}
