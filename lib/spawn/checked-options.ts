import { checkAbortSignal } from '../base/abort.js'
import { quote } from '../base/errors.js'
import { checkOptionNames, checkPlainObject } from '../base/option-names.js'
import { checkDuration } from '../base/time.js'
import { binding } from '../system/binding.js'
import { signalNumber } from '../system/signal-names.js'
import { ADVICE, OPTION_NAMES } from './option-names.js'
import type { SpawnOptions } from './options.js'

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
  grace: number
}

const NO_LIMITS = new Float64Array()
const LARGEST_ID = 2 ** 32 - 2 // 2^32 - 1 is -1, which means "leave as it is" to setresuid(2)

/** Checks all but paths, stdio and environment; nothing has been done when it throws. */
export function checkOptions(options: SpawnOptions): CheckedOptions {
  checkOptionNames('spawn()', options, OPTION_NAMES, ADVICE)
  checkEnvironment(options.env)
  checkAbortSignal(options.signal)
  const { uid, gid, groups, umask, killSignal = 'SIGTERM' } = options
  const { timeout = Number.POSITIVE_INFINITY, grace = 5000 } = options
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
    rlimits: checkLimits(options.rlimits),
    cgroup: checkCgroup(options.cgroup),
    timeout: checkTimeout(timeout),
    killSignal: signalNumber(killSignal),
    grace: checkDuration('grace', grace),
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
  return Uint32Array.from(groups, (id) => {
    const checked = checkInteger('a group id', id, LARGEST_ID)
    if (checked !== undefined) return checked
    throw new TypeError('a group id must be a number, not undefined')
  })
}

function checkSignals(name: string, signals: unknown): readonly number[] | undefined {
  if (signals === undefined) return undefined
  if (!Array.isArray(signals)) {
    throw new TypeError(`${name} must be a list such as ['SIGHUP'], not ${quote(signals)}`)
  }
  return signals.map(signalNumber)
}

function checkLimits(limits: unknown): Float64Array {
  if (limits === undefined) return NO_LIMITS
  checkPlainObject('rlimits', limits, '{ nofile: 64 }')
  return Float64Array.from(
    Object.entries(limits as object).flatMap(([name, limit]) => {
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

function checkEnvironment(env: unknown): void {
  if (env === undefined || Array.isArray(env)) return
  checkPlainObject('env', env, "{ ...process.env, NAME: 'value' }")
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
