import { binding } from '../binding.js'
import { checkDuration } from '../deadline.js'
import { quote } from '../errors.js'
import { type SignalName, signalNumber } from '../signal-names.js'
import type { Stdio } from './stdio.js'

/** Text, or the exact bytes where they are not UTF-8. */
export type Bytes = string | Uint8Array

/** The name of a resource as `ulimit` and setrlimit(2) know it, in lower case. */
export type ResourceName =
  | 'as'
  | 'core'
  | 'cpu'
  | 'data'
  | 'fsize'
  | 'locks'
  | 'memlock'
  | 'msgqueue'
  | 'nice'
  | 'nofile'
  | 'nproc'
  | 'rss'
  | 'rtprio'
  | 'rttime'
  | 'sigpending'
  | 'stack'

/** One number for both limits, or each of its own; `Infinity` is no limit. */
export type ResourceLimit = number | { soft: number; hard: number }

export type Environment = Readonly<Record<string, Bytes | undefined>> | readonly Bytes[]

export interface SpawnOptions {
  /**
   * Descriptors 0, 1, 2 and so on of the child; default `'pipe'` for the first three. One word stands
   * for all three.
   */
  stdio?: Stdio | readonly Stdio[]
  /** The working directory; default: this process's. */
  cwd?: Bytes | URL
  /**
   * The whole environment: values by name, or a list of `NAME=value` as execve(2) has it. Default: this
   * process's; in the main thread the default passes on the exact bytes, also those that are not UTF-8.
   */
  env?: Environment
  /** What the program sees as its own name, `argv[0]`; default: `file`. */
  argv0?: Bytes
  /** User id. With this or `gid`, and without `groups`, root drops its supplementary groups. */
  uid?: number
  gid?: number
  /** Supplementary group ids. */
  groups?: readonly number[]
  /** The file mode creation mask, such as 0o022; default: this process's. */
  umask?: number
  /** A session of its own (setsid(2)): no controlling terminal, and a new process group. */
  session?: boolean
  /** `true`: a process group of its own. A number: join that group, of the same session. */
  processGroup?: boolean | number
  /**
   * Hand the terminal's foreground to the child's group, as a shell does for a job, and take it back
   * when the child has ended. Nothing happens without a controlling terminal, or while another
   * group has the foreground. Goes with `processGroup: true`.
   */
  foreground?: boolean
  /**
   * The signal that the child gets when the *thread* that spawned it ends (PR_SET_PDEATHSIG(2const)).
   * Linux; lost when the child runs a set-user-id program or changes its user later on.
   */
  deathSignal?: SignalName | number
  /** Signals that the child starts with ignored, as nohup(1) does; default: none. */
  ignoredSignals?: readonly (SignalName | number)[]
  /** Signals that the child starts with blocked; default: those that are in this thread. */
  blockedSignals?: readonly (SignalName | number)[]
  /**
   * A `LISTEN_PID` in the environment becomes the child's pid, so that sd_listen_fds(3) there takes the
   * descriptors that it is passed for its own.
   */
  listenPid?: boolean
  /** Resource limits (setrlimit(2)). Node raises its own soft `nofile` limit to the hard one at start. */
  rlimits?: Readonly<Partial<Record<ResourceName, ResourceLimit>>>
  /** The directory of a cgroup of version 2 that the child is born in; Linux 5.7. */
  cgroup?: string
  /** When aborted, the child gets `killSignal`, and `SIGKILL` after `forceKillAfter`. */
  signal?: AbortSignal
  /** Milliseconds, above 0, until the child gets `killSignal`, and `SIGKILL` after `forceKillAfter`. */
  timeout?: number
  /** Default `'SIGTERM'`; for `timeout`, `signal` and leaving an `await using` scope. */
  killSignal?: SignalName | number
  /** Milliseconds between `killSignal` and `SIGKILL`, default 5000; `Infinity`: never. */
  forceKillAfter?: number
}

/** Options in the form the kernel wants. */
export interface CheckedOptions {
  uid: number | undefined
  gid: number | undefined
  groups: Uint32Array | undefined
  groupsIfAllowed: boolean
  umask: number | undefined
  session: boolean
  processGroup: number | undefined
  foreground: boolean
  deathSignal: number | undefined
  ignoredSignals: readonly number[] | undefined
  blockedSignals: readonly number[] | undefined
  listenPid: boolean
  rlimits: Float64Array
  cgroup: string | undefined
  timeout: number
  killSignal: number
  forceKillAfter: number
}

const LARGEST_ID = 2 ** 32 - 2 // 2^32 - 1 is -1, which means "leave as it is" to setresuid(2)

/** Checks all but paths, stdio and environment; nothing has been done when it throws. */
export function checkOptions(options: SpawnOptions): CheckedOptions {
  const { uid, gid, groups, umask } = options
  const session = checkFlag('session', options.session)
  const foreground = checkFlag('foreground', options.foreground)
  const processGroup = checkGroup(options.processGroup)
  if (session && typeof options.processGroup === 'number') {
    throw new TypeError('a session has a process group of its own: leave out processGroup')
  }
  if (foreground && processGroup === undefined) {
    throw new TypeError('foreground needs a process group of its own: add processGroup: true')
  }
  if (foreground && session) {
    throw new TypeError('foreground and session exclude each other: a new session has no terminal')
  }
  return {
    uid: checkInteger('uid', uid, LARGEST_ID),
    gid: checkInteger('gid', gid, LARGEST_ID),
    groups: checkGroups(groups, uid !== undefined || gid !== undefined),
    groupsIfAllowed: groups === undefined,
    umask: checkInteger('umask', umask, 0o7777),
    session,
    processGroup: session ? undefined : processGroup,
    foreground,
    deathSignal: options.deathSignal === undefined ? undefined : signalNumber(options.deathSignal),
    ignoredSignals: checkSignals('ignoredSignals', options.ignoredSignals),
    blockedSignals: checkSignals('blockedSignals', options.blockedSignals),
    listenPid: checkFlag('listenPid', options.listenPid),
    rlimits: checkLimits(options.rlimits ?? {}),
    cgroup: checkCgroup(options.cgroup),
    timeout: checkTimeout(options.timeout ?? Number.POSITIVE_INFINITY),
    killSignal: signalNumber(options.killSignal ?? 'SIGTERM'),
    forceKillAfter: checkDuration('forceKillAfter', options.forceKillAfter ?? 5000),
  }
}

// For child_process 0 means none, for a wait it means at once: better to ask than to guess.
function checkTimeout(timeout: unknown): number {
  const checked = checkDuration('timeout', timeout)
  if (checked > 0) return checked
  throw new RangeError('timeout must be more than 0 milliseconds; for none leave it out')
}

function checkInteger(name: string, value: unknown, most: number): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'number')
    throw new TypeError(`${name} must be a number, not ${quote(value)}`)
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new RangeError(`${name} must be an integer from 0 to ${most}, not ${value}`)
  }
  return value
}

function checkGroup(group: SpawnOptions['processGroup']): number | undefined {
  if (group === undefined || group === false) return undefined
  if (group === true) return 0
  const id = checkInteger('processGroup', group, 4_194_304)
  if (id === 0) throw new RangeError('processGroup must be true (a new one) or a group id above 0')
  return id
}

// A change of user that kept root's groups would not be much of a change.
function checkGroups(groups: unknown, changesUser: boolean): Uint32Array | undefined {
  if (groups === undefined) {
    return changesUser && process.geteuid?.() === 0 ? new Uint32Array() : undefined
  }
  if (!Array.isArray(groups)) {
    throw new TypeError(`groups must be a list of group ids, not ${quote(groups)}`)
  }
  return Uint32Array.from(groups, (id) => checkInteger('a group id', id, LARGEST_ID) ?? 0)
}

function checkSignals(name: string, signals: unknown): readonly number[] | undefined {
  if (signals === undefined) return undefined
  if (!Array.isArray(signals)) {
    throw new TypeError(`${name} must be a list such as ['SIGHUP'], not ${quote(signals)}`)
  }
  return signals.map(signalNumber)
}

function checkLimits(limits: object): Float64Array {
  return Float64Array.from(
    Object.entries(limits).flatMap(([name, limit]) => {
      const resource = binding.resources[name]
      if (resource === undefined || !Object.hasOwn(binding.resources, name)) {
        const known = Object.keys(binding.resources).sort().join(', ')
        throw new RangeError(`there is no resource ${quote(name)} here, only ${known}`)
      }
      const { soft, hard } = typeof limit === 'object' && limit !== null ? limit : both(limit)
      return [resource, checkLimit(name, soft), checkLimit(name, hard)]
    }),
  )
}

function both(limit: unknown) {
  return { soft: limit, hard: limit }
}

function checkFlag(name: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw new TypeError(`${name} must be true or false, not ${quote(value)}`)
}

function checkCgroup(cgroup: unknown): string | undefined {
  if (cgroup === undefined) return undefined
  if (typeof cgroup === 'string' && !cgroup.includes('\0')) return cgroup
  throw new TypeError(`cgroup must be the path of a directory, not ${quote(cgroup)}`)
}

function checkLimit(name: string, value: unknown): number {
  if (value === Number.POSITIVE_INFINITY) return value as number
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new RangeError(
    `rlimits.${name} must be an integer from 0, or Infinity, not ${quote(value)}`,
  )
}
