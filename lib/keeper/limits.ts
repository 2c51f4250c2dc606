import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs'
import { invalid } from '../base/errors.js'
import { checkPlainObject } from '../base/option-names.js'

/** Limits of a whole job, which the kernel enforces by a cgroup. */
export interface Limits {
  /** The most processes and threads at the same time. Beyond it fork(2) fails with `EAGAIN`. */
  processes?: number
  /** The most bytes of memory and swap. Beyond it the kernel kills processes of the job. */
  memory?: number
  /** The most processors' time: 0.5 is half of one, 2 is two. Beyond it the job waits. */
  cpu?: number
}

/** The name of a limit. */
export type LimitName = keyof Limits

/** The controller of cgroups that enforces a limit. */
export const CONTROLLERS: Readonly<Record<LimitName, string>> = {
  processes: 'pids',
  memory: 'memory',
  cpu: 'cpu',
}

// Microseconds over which the kernel counts processor time: its own default.
const PERIOD = 100_000

// The kernel's least time in a period, in microseconds.
const LEAST_QUOTA = 1000

// The least and the most that the kernel takes.
const BOUNDS: Readonly<Record<LimitName, readonly [number, number]>> = {
  processes: [1, 4_194_304],
  memory: [1, Number.MAX_SAFE_INTEGER],
  cpu: [LEAST_QUOTA / PERIOD, 10_000],
}

/**
 * Checks the limits of a job.
 *
 * @returns The limits that are given, without those that are `undefined`.
 */
export function checkJobLimits(limits: unknown): Limits {
  if (limits === undefined) return {}
  checkPlainObject('limits', limits, '{ processes: 64 }')
  const given = Object.entries(limits as object).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    if (!Object.hasOwn(CONTROLLERS, name)) {
      throw new TypeError(invalid('limit', name, 'processes, memory or cpu'))
    }
    checkOne(name as LimitName, value)
  }
  return Object.fromEntries(given)
}

function checkOne(name: LimitName, value: unknown): void {
  const [least, most] = BOUNDS[name]
  const kind = name === 'cpu' ? 'a number of processors' : 'an integer'
  const message = () => invalid(`limits.${name}`, value, `${kind} from ${least} to ${most}`)
  if (typeof value !== 'number') throw new TypeError(message())
  const isKind = name === 'cpu' || Number.isInteger(value)
  if (!isKind || !(value >= least && value <= most)) throw new RangeError(message())
}

/** A file of a cgroup, and what it gets. */
export interface LimitFile {
  file: string
  text: string
  /** Whether some kernels lack it: those that do not count swap by group. */
  isOptional?: boolean
}

/**
 * The files of a cgroup that set a limit, in the order in which the kernel takes them. The limit of memory is one of memory
 * and swap together. Otherwise a job that has too little memory would not be killed, but slow down the whole machine.
 */
export function limitFiles(name: LimitName, value: number, version: 1 | 2): readonly LimitFile[] {
  const text = String(value)
  if (name === 'processes') return [{ file: 'pids.max', text }]
  if (name === 'memory' && version === 2) {
    return [
      { file: 'memory.max', text },
      { file: 'memory.swap.max', text: '0', isOptional: true },
    ]
  }
  if (name === 'memory') {
    return [
      { file: 'memory.limit_in_bytes', text },
      { file: 'memory.memsw.limit_in_bytes', text, isOptional: true },
    ]
  }
  const quota = String(Math.round(value * PERIOD))
  if (version === 2) return [{ file: 'cpu.max', text: `${quota} ${PERIOD}` }]
  return [
    { file: 'cpu.cfs_period_us', text: String(PERIOD) },
    { file: 'cpu.cfs_quota_us', text: quota },
  ]
}

/**
 * Sets a limit of a cgroup.
 *
 * @throws An error of `node:fs`, for example if the group lacks the controller.
 */
export function writeLimit(
  directory: string,
  name: LimitName,
  value: number,
  version: 1 | 2,
): void {
  for (const { file, text, isOptional } of limitFiles(name, value, version)) {
    const path = `${directory}/${file}`
    if (!isOptional || existsSync(path)) writeTo(path, text)
  }
}

/** Writes to a file that must exist: a cgroup has the files of its controllers, and no others. */
export function writeTo(path: string, text: string): void {
  const fd = openSync(path, constants.O_WRONLY)
  try {
    writeSync(fd, text)
  } finally {
    closeSync(fd)
  }
}
