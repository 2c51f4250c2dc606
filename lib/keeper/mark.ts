import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { EPERM } from '../base/errors.js'
import { monotonicNow } from '../base/time.js'
import { binding } from '../system/binding.js'
import { readCommandLine, readPids, readProcessFile, readStat } from '../system/proc.js'
import { unlessUnsupported } from '../system/proc-access.js'
import { isZombie } from '../system/proc-formats.js'
import type { ReportedProcess } from './frames.js'

// The mark of a job: a variable that all its processes inherit. It serves when the keeper was killed. It cannot be
// seen on processes of other users, nor on those that were started with another environment.

const VARIABLE = 'SEXTON_JOB'
const { SIGKILL } = constants.signals

// The searches in a row that must find nothing, and the milliseconds before each. One is not enough: a process that is
// in the middle of exec has no environment, and a child that was forked during a search is not in its list.
const PAUSES = [2, 5, 10, 20, 40] as const

// The most milliseconds that all searches take.
const PATIENCE = 5000

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

/** The result of a search for the processes of a job. */
export interface Marked {
  killed: ReportedProcess[]
  /** The processes that still live: this user may not kill them, or they do not die. */
  left: ReportedProcess[]
}

/**
 * Kills all processes with the mark of a job, until none is left.
 *
 * @returns A promise of what it has found. It resolves after 0.1 to 5 seconds.
 * @throws {SextonError} `ERR_SYSTEM` if no descriptor is free, `ERR_UNSUPPORTED` if `/proc` cannot be read.
 */
export async function killMarked(id: string): Promise<Marked> {
  const killed = new Map<number, ReportedProcess>()
  const end = monotonicNow() + PATIENCE
  let alive: ReportedProcess[] = []
  for (let inVain = 0; inVain < PAUSES.length && monotonicNow() < end; ) {
    alive = killOnce(id)
    for (const each of alive) if (each.errno !== EPERM) killed.set(each.pid, each)
    inVain = alive.length === 0 ? inVain + 1 : 0
    await sleep(PAUSES[inVain])
  }
  return { killed: [...killed.values()], left: alive }
}

function killOnce(id: string): ReportedProcess[] {
  return readPids()
    .map((pid) => unlessUnsupported(() => killIfMarked(pid, id)))
    .filter((found) => found !== undefined)
}

// The pidfd is opened first. If its process has ended since, the signal reaches nobody, whoever has the pid now.
function killIfMarked(pid: number, id: string): ReportedProcess | undefined {
  if (!isMarked(pid, id)) return undefined
  const pidfd = binding.pidfdOpen(pid)
  if (pidfd < 0) return undefined
  try {
    const stat = readStat(pid)
    if (stat === undefined || isZombie(stat) || !isMarked(pid, id)) return undefined
    const { name, state, ppid } = stat
    const command = readCommandLine(pid) // before the signal: the dead have none
    const errno = Math.max(0, -binding.pidfdSend(pidfd, SIGKILL))
    return { pid, name, command, state, ppid, errno }
  } finally {
    binding.closeFd(pidfd)
  }
}

function isMarked(pid: number, id: string): boolean {
  const block = readProcessFile(pid, 'environ') ?? ''
  const entry = block.split('\0').find((each) => each.startsWith(`${VARIABLE}=`)) ?? ''
  return entry
    .slice(VARIABLE.length + 1)
    .split(':')
    .includes(id)
}
