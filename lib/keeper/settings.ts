import { encodePlan, type PlanOptions, type SpawnStrings } from '../spawn/plan.js'
import type { Executable } from './executable.js'
import type { JobGroups } from './groups.js'

/** The command of a job, as `spawn` takes it apart. */
export interface JobPlan {
  strings: SpawnStrings
  options: PlanOptions
  /** `fds[i]` becomes descriptor `i` of the command. -1 means `/dev/null`, or above 2 a closed descriptor. */
  fds: Int32Array
  /** The directory of a cgroup of version 2, in which the command is born. */
  cgroup?: string | undefined
  /** The cgroups that were made for the job, with `cgroup` among them. */
  groups?: JobGroups | undefined
  /** The keeper's program. Default: that of this package. */
  executable?: Executable
  /** The number that marks all processes of the job; 0, the default, means none. */
  mark?: number
}

/** How a job ends. */
export interface KeeperSettings {
  /**
   * `'cgroup'` freezes and kills the plan's `cgroup` as a whole, and needs it. `'user-namespace'` is `'pid-namespace'` within
   * a user namespace, for users without CAP_SYS_ADMIN. Default: `'tree'`.
   */
  isolation?: keyof typeof ISOLATION
  /** The treatment of processes that still run when the command has exited. */
  leftovers: 'end' | 'wait' | 'keep'
  /** The number of the signal that begins the ending. */
  killSignal: number
  /** Milliseconds from that signal to SIGKILL. `Infinity` means no SIGKILL. */
  grace: number
  /** Milliseconds after which the ending begins. `Infinity` means no limit. */
  timeout: number
}

/** The descriptors of this process that a keeper starts with, after those of its own. */
export interface Handover {
  /** In the order of their numbers in the keeper. */
  sources: number[]
  /** For the sealed file: the settings and the plan. */
  bytes: Uint8Array
}

/** Descriptors of this process, for the keeper. */
export interface OpenedGroups {
  cgroup?: number | undefined
  parents?: readonly number[]
}

/** The words of the settings, in their order. native/keeper/settings.h has the same list, and says what each means. */
export const SETTINGS = [
  ...(['version', 'isolation', 'leftovers', 'killSignal', 'graceLow', 'graceHigh'] as const),
  ...(['timeoutLow', 'timeoutHigh', 'descriptors', 'cgroup'] as const),
  ...(['groups', 'joinedGroups', 'groupOwner', 'groupNumber', 'markLow', 'markHigh'] as const),
] as const

const VERSION = 3
const ISOLATION = { tree: 0, cgroup: 1, 'pid-namespace': 2, 'user-namespace': 3 } as const
const LEFTOVERS = { end: 0, wait: 1, keep: 2 } as const
const NONE = 0xffff_ffff

/** The number of the first descriptor that is the command's. */
export const FIRST_OF_COMMAND = 6

/**
 * Writes what a keeper is told at its start.
 *
 * @param opened Descriptors of the plan's `cgroup`, and of the parents of its groups.
 */
export function encodeSettings(
  plan: JobPlan,
  settings: KeeperSettings,
  { cgroup, parents = [] }: OpenedGroups = {},
): Handover {
  const sources: number[] = []
  const number = (source: number) => FIRST_OF_COMMAND + sources.push(source) - 1
  const fds = plan.fds.map((fd) => (fd < 0 ? fd : number(fd)))
  const cgroupFd = cgroup === undefined ? undefined : number(cgroup)
  for (const parent of parents) number(parent)
  const { strings, options, groups, mark = 0 } = plan
  const words: Record<(typeof SETTINGS)[number], number> = {
    version: VERSION,
    isolation: ISOLATION[settings.isolation ?? 'tree'],
    leftovers: LEFTOVERS[settings.leftovers],
    killSignal: settings.killSignal,
    ...halves('grace', settings.grace),
    ...halves('timeout', settings.timeout),
    descriptors: sources.length,
    cgroup: cgroupFd ?? NONE,
    groups: parents.length,
    joinedGroups: groups?.joined ?? 0,
    groupOwner: groups?.owner ?? 0,
    groupNumber: groups?.number ?? 0,
    ...halves('mark', mark),
  }
  const header = Uint32Array.from(SETTINGS, (name) => words[name])
  const body = encodePlan({ strings, options, fds, cgroupFd, pidfd: true })
  return { sources, bytes: Buffer.concat([new Uint8Array(header.buffer), body]) }
}

type Halves<N extends string> = Record<`${N}Low` | `${N}High`, number>

// Whole milliseconds in two words. All bits set mean that the time is never over.
function halves<N extends string>(name: N, milliseconds: number): Halves<N> {
  const whole = Math.min(Math.ceil(milliseconds), Number.MAX_SAFE_INTEGER)
  const [low, high] =
    milliseconds === Number.POSITIVE_INFINITY
      ? [NONE, NONE]
      : [whole % 2 ** 32, Math.floor(whole / 2 ** 32)]
  return { [`${name}Low`]: low, [`${name}High`]: high } as Halves<N>
}
