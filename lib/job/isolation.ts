import { closeSync } from 'node:fs'
import { invalid, SextonError } from '../base/errors.js'
import { type GroupNeeds, type JobGroups, makeGroups } from '../keeper/groups.js'
import { checkJobLimits, type Limits } from '../keeper/limits.js'
import type { KeeperSettings } from '../keeper/settings.js'
import { openCgroup } from '../spawn/cgroup.js'
import type { SpawnOptions } from '../spawn/options.js'
import { readOwnFile } from '../system/proc.js'
import type { JobOptions } from './options.js'

/** The means by which a keeper finds all processes of its job. */
export type Isolation = 'tree' | 'cgroup' | 'pid-namespace'

/** How a job is isolated and limited, checked. */
export interface CheckedIsolation {
  isolation: Isolation
  limits: Limits
}

/** The level of a job that a keeper knows. */
type Level = NonNullable<KeeperSettings['isolation']>

/** Checks `isolation` and `limits`, and the options that exclude them. */
export function checkIsolation({
  isolation = 'tree',
  limits,
  ...others
}: JobOptions): CheckedIsolation {
  if (isolation !== 'tree' && isolation !== 'cgroup' && isolation !== 'pid-namespace') {
    throw new TypeError(invalid('isolation', isolation, "'tree', 'cgroup' or 'pid-namespace'"))
  }
  const checked = { isolation, limits: checkJobLimits(limits) }
  const isLoose = isolation === 'tree' && Object.keys(checked.limits).length === 0
  if (!isLoose && (others.keep !== undefined || others.leftovers === 'keep')) {
    throw new TypeError(
      `${others.keep === undefined ? "leftovers: 'keep'" : 'keep'} excludes isolation and limits: what they hold cannot outlive the job`,
    )
  }
  if (isolation === 'pid-namespace' && others.deathSignal !== undefined) {
    throw new TypeError(
      "deathSignal excludes isolation: 'pid-namespace': its processes are killed when their keeper dies",
    )
  }
  return checked
}

/** Whether this process has CAP_SYS_ADMIN: without it, only a user namespace lets it make others. */
function isAdministrator(): boolean {
  const [, set = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readOwnFile('status').toString()) ?? []
  return (BigInt(`0x${set}`) >> CAP_SYS_ADMIN) % 2n === 1n
}

const CAP_SYS_ADMIN = 21n // of <linux/capability.h>

/**
 * Finds the level of a keeper for a job.
 *
 * @throws {SextonError} `ERR_UNSUPPORTED` if the job needs another user, and this process may have only one in a namespace.
 */
export function levelOf(isolation: Isolation, options: SpawnOptions): Level {
  if (isolation !== 'pid-namespace' || isAdministrator()) return isolation
  const name = (['uid', 'gid', 'groups'] as const).find((each) => options[each] !== undefined)
  if (name === undefined) return 'user-namespace'
  throw new SextonError(
    'ERR_UNSUPPORTED',
    `${name} needs CAP_SYS_ADMIN with isolation 'pid-namespace': without it the job has one user, that of this process
Leave ${name} out, or run as root.`,
  )
}

/**
 * Makes the cgroups that a job needs; `undefined` if it needs none.
 *
 * @throws {SextonError} `ERR_UNSUPPORTED` if this machine, or this user, has none; `ERR_SPAWN_FAILED` if `path` is not a
 *   cgroup, or is frozen.
 */
export function groupsFor(
  { isolation, limits }: CheckedIsolation,
  path: GroupNeeds['path'],
): JobGroups | undefined {
  const isolates = isolation === 'cgroup'
  const needsAny = isolates || Object.keys(limits).length > 0
  // Elsewhere, a directory could be made, and the error would be about that one.
  if (needsAny && path !== undefined) closeSync(openCgroup(path))
  return makeGroups({ isolates, limits, path })
}
