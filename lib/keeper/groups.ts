import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { SextonError } from '../base/errors.js'
import { monotonicNow } from '../base/time.js'
import { ownCgroup } from '../system/cgroups.js'
import { CONTROLLERS, type LimitName, type Limits, writeLimit, writeTo } from './limits.js'

// The cgroups of a job: one directory of its own below a group of version 2, and below each group of version 1 whose
// controller it needs. The keeper puts the command in them, and removes them when nothing of the job is left
// (native/keeper/groups.h). This process removes them if the keeper could not.

/** The cgroups that were made for one job. */
export interface JobGroups {
  /** The directories above them: those of version 1 first. */
  parents: readonly string[]
  /** How many of the parents are of version 1. */
  joined: number
  /** Two numbers, of which the keeper makes the name of the groups. */
  owner: number
  number: number
  /** The group of version 2. */
  cgroup: string | undefined
}

/** The purposes of a job's cgroups. */
export interface GroupNeeds {
  /** Whether a group of version 2 is to end the job. */
  isolates: boolean
  limits: Limits
  /** The group of version 2 below which its own is made. Default: the groups that this process is in. */
  path: string | undefined
}

interface Parent {
  directory: string
  version: 1 | 2
  limits: LimitName[]
}

/**
 * Makes the cgroups of a job, and sets its limits.
 *
 * @returns The groups; `undefined` if it needs none.
 * @throws {SextonError} `ERR_UNSUPPORTED` if this machine, or this user, has no such groups. None is left then.
 */
export function makeGroups({ isolates, limits, path }: GroupNeeds): JobGroups | undefined {
  const parents = findParents(isolates, Object.keys(limits) as LimitName[], path)
  if (parents.length === 0) return undefined
  const owner = process.pid
  // Not a counter: workers and other PID namespaces may have this pid too.
  const number = Math.floor(Math.random() * 2 ** 31)
  const second = parents.find(({ version }) => version === 2)
  const groups = {
    parents: parents.map(({ directory }) => directory),
    joined: parents.filter(({ version }) => version === 1).length,
    owner,
    number,
    cgroup: second && `${second.directory}/${nameOf(owner, number)}`,
  }
  try {
    for (const parent of parents) makeGroup(parent, nameOf(owner, number), limits)
    return groups
  } catch (error) {
    for (const directory of directoriesOf(groups)) isRemoved(directory)
    throw error
  }
}

function findParents(isolates: boolean, limits: LimitName[], path: string | undefined): Parent[] {
  const parents: Parent[] = []
  const add = (what: string, limit?: LimitName) => {
    const found =
      path === undefined
        ? ownCgroup(limit && CONTROLLERS[limit])
        : { directory: path, version: 2 as const }
    if (found === undefined) throw unsupported(what, 'no cgroup file system is mounted for it')
    const known = parents.find(({ directory }) => directory === found.directory)
    const parent = known ?? { ...found, limits: [] }
    if (limit !== undefined) parent.limits.push(limit)
    if (known === undefined) parents.push(parent)
  }
  for (const limit of limits) add(`limits.${limit}`, limit)
  if (isolates) add("isolation 'cgroup'")
  return parents.sort((a, b) => a.version - b.version)
}

function makeGroup({ directory, version, limits }: Parent, name: string, values: Limits): void {
  const what = limits.length > 0 ? `limits.${limits[0]}` : "isolation 'cgroup'"
  if (version === 2) for (const limit of limits) enableController(directory, limit)
  const group = `${directory}/${name}`
  act(what, `${group} cannot be made`, () => mkdirSync(group))
  for (const limit of limits) {
    const problem = `${group} does not take it`
    act(`limits.${limit}`, problem, () =>
      writeLimit(group, limit, values[limit] as number, version),
    )
  }
}

/**
 * Lets the groups below a group of version 2 have the controller of a limit. A group that has processes itself may not:
 * "no internal processes" in cgroups(7).
 *
 * @throws {SextonError} `ERR_UNSUPPORTED`.
 */
export function enableController(directory: string, limit: LimitName): void {
  const controller = CONTROLLERS[limit]
  const read = (file: string) =>
    act(`limits.${limit}`, `${directory} is no cgroup of version 2`, () =>
      readFileSync(`${directory}/${file}`, 'latin1').trim().split(' '),
    )
  if (read('cgroup.subtree_control').includes(controller)) return
  if (!read('cgroup.controllers').includes(controller)) {
    throw unsupported(`limits.${limit}`, `${directory} has no controller '${controller}'`)
  }
  const problem = `the controller '${controller}' cannot be enabled in ${directory}`
  // The kernel would enable pids and cpu all the same, but turn the group into a threaded one: no command could be
  // started below, now and later.
  if (hasProcesses(directory)) {
    throw unsupported(`limits.${limit}`, `${problem}, which has processes itself`)
  }
  act(`limits.${limit}`, problem, () =>
    writeTo(`${directory}/cgroup.subtree_control`, `+${controller}`),
  )
}

// The root's group may have some. It alone has no type.
function hasProcesses(directory: string): boolean {
  if (!existsSync(`${directory}/cgroup.type`)) return false
  const problem = `the processes of ${directory} cannot be listed`
  return act('limits', problem, () => readFileSync(`${directory}/cgroup.procs`)).length > 0
}

function act<T>(what: string, problem: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    throw unsupported(what, `${problem}: ${code}`, cause)
  }
}

const ADVICE = `Give cgroup: a directory of cgroup version 2 that this user may write to, for example of a systemd unit with
Delegate=yes, or run as root. For limits it may have no processes itself: DelegateSubgroup= puts them in a group below.`

function unsupported(what: string, problem: string, cause?: unknown): SextonError {
  const details: { errno?: number; syscall?: string; path?: string } = {}
  const { errno, syscall, path } = (cause ?? {}) as NodeJS.ErrnoException
  if (errno !== undefined) details.errno = Math.abs(errno)
  if (syscall !== undefined) details.syscall = syscall
  if (path !== undefined) details.path = path
  const message = `${what} needs a cgroup: ${problem}\n${ADVICE}`
  return new SextonError('ERR_UNSUPPORTED', message, { ...details, cause })
}

// native/keeper/groups.cc has the same name.
const nameOf = (owner: number, number: number) => `sexton-${owner}-${number}`

/** The directories of a job's groups. */
export function directoriesOf(groups: JobGroups | undefined): string[] {
  if (groups === undefined) return []
  const { parents, owner, number } = groups
  return parents.map((parent) => `${parent}/${nameOf(owner, number)}`)
}

// Milliseconds between two attempts to remove a group, and the most for all of them.
const PAUSE = 5
const PATIENCE = 5000

/**
 * Removes the groups of a job, with those that it has made in them, unless they are gone. A process that has just been
 * reaped may still be in one.
 *
 * @param once Whether to try once, because processes are known to be left.
 */
export async function removeGroups(groups: JobGroups, once = false): Promise<void> {
  const end = monotonicNow() + PATIENCE
  for (const directory of directoriesOf(groups)) {
    while (!isRemoved(directory) && !once && monotonicNow() < end) await sleep(PAUSE)
  }
}

// The job may have made groups in its own. Only a group with processes is worth another attempt.
function isRemoved(directory: string): boolean {
  for (const below of groupsIn(directory)) isRemoved(below)
  try {
    rmdirSync(directory)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EBUSY'
  }
}

/** Lists the groups directly below a group. */
export function groupsIn(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${directory}/${name}`)
  } catch {
    return [] // it is gone, or its removal tells why it cannot be read
  }
}
