import { checkAbortSignal } from '../base/abort.js'
import { invalid } from '../base/errors.js'
import { checkOptionNames, checkPlainObject } from '../base/option-names.js'
import { checkDuration } from '../base/time.js'
import { binding } from '../system/binding.js'
import { signalNumber } from '../system/signal-names.js'
import { ADVICE, OPTION_NAMES } from './option-names.js'
import type { SpawnOptions } from './options.js'

/** The options of a spawn in the form that the kernel takes. */
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
  cleanEnv: boolean
  listenPid: boolean
  rlimits: Float64Array
  cgroup: string | undefined
  timeout: number
  killSignal: number
  grace: number
}

const NO_LIMITS = new Float64Array()
const LARGEST_ID = 2 ** 32 - 2 // 2^32 - 1 is -1, which makes setresuid(2) leave the id unchanged

/**
 * Checks all options except paths, `stdio` and the contents of `env`, before anything is done.
 *
 * @returns The same object for all spawns that ask for nothing else, which are most.
 */
export function checkOptions(options: SpawnOptions): CheckedOptions {
  if (!isPlain(options)) return checkAll(options)
  checkEnvironment(options.env)
  return PLAIN
}

// Whether the options are plain, and others check all of them.
function isPlain(options: unknown): boolean {
  if (typeof options !== 'object' || options === null) return false
  if (Object.getPrototypeOf(options) !== Object.prototype) return false
  for (const name in options) {
    if (name !== 'stdio' && name !== 'cwd' && name !== 'env' && name !== 'argv0') return false
  }
  return true
}

function checkAll(options: SpawnOptions): CheckedOptions {
  checkOptionNames('spawn()', options, OPTION_NAMES, ADVICE)
  checkEnvironment(options.env)
  checkAbortSignal(options.signal)
  const { uid, gid, groups, umask, killSignal = 'SIGTERM' } = options
  const { timeout = Number.POSITIVE_INFINITY, grace = 5000 } = options
  const session = checkFlag('session', options.session)
  const foreground = checkFlag('foreground', options.foreground)
  const processGroup = checkGroup(options.processGroup)
  if (session && typeof options.processGroup === 'number') {
    throw new TypeError('session excludes a number for processGroup: a session has its own group')
  }
  if (foreground && processGroup === undefined) {
    throw new TypeError('foreground needs processGroup: expected, for example, processGroup: true')
  }
  if (foreground && session) {
    throw new TypeError('session excludes foreground: a new session has no terminal')
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
    cleanEnv: checkFlag('cleanEnv', options.cleanEnv),
    listenPid: checkFlag('listenPid', options.listenPid),
    rlimits: checkLimits(options.rlimits),
    cgroup: checkCgroup(options.cgroup),
    timeout: checkTimeout(timeout),
    killSignal: signalNumber(killSignal),
    grace: checkDuration('grace', grace),
  }
}

const PLAIN = checkAll({})

// Rejects 0, because it is ambiguous: no timeout in child_process, but an immediate one in waitForExit().
function checkTimeout(timeout: unknown): number {
  const checked = checkDuration('timeout', timeout)
  if (checked > 0) return checked
  throw new RangeError(`${invalid('timeout', timeout, 'more than 0 milliseconds')}
Leave it out for no timeout.`)
}

function checkInteger(name: string, value: unknown, most: number): number | undefined {
  if (value === undefined) return undefined
  const message = () => invalid(name, value, `an integer from 0 to ${most}`)
  if (typeof value !== 'number') throw new TypeError(message())
  if (!Number.isInteger(value) || value < 0 || value > most) throw new RangeError(message())
  return value
}

function checkGroup(group: SpawnOptions['processGroup']): number | undefined {
  if (group === undefined || group === false) return undefined
  if (group === true) return 0
  const id = checkInteger('processGroup', group, 4_194_304)
  if (id === 0) {
    const expected = 'true for a group of its own, or the id of a group, above 0'
    throw new RangeError(invalid('processGroup', group, expected))
  }
  return id
}

// Root drops its supplementary groups with its user id. Otherwise the child would keep root's access by group.
function checkGroups(groups: unknown, changesUser: boolean): Uint32Array | undefined {
  if (groups === undefined) {
    return changesUser && process.geteuid?.() === 0 ? new Uint32Array() : undefined
  }
  if (!Array.isArray(groups)) {
    throw new TypeError(invalid('groups', groups, 'a list of group ids, for example [1000]'))
  }
  return Uint32Array.from(groups, (id) => {
    const checked = checkInteger('group id', id, LARGEST_ID)
    if (checked !== undefined) return checked
    throw new TypeError(invalid('group id', id, `an integer from 0 to ${LARGEST_ID}`))
  })
}

function checkSignals(name: string, signals: unknown): readonly number[] | undefined {
  if (signals === undefined) return undefined
  if (!Array.isArray(signals)) {
    throw new TypeError(invalid(name, signals, "a list, for example ['SIGHUP']"))
  }
  return Array.from(signals, (signal) => signalNumber(signal))
}

function checkLimits(limits: unknown): Float64Array {
  if (limits === undefined) return NO_LIMITS
  checkPlainObject('rlimits', limits, '{ nofile: 64 }')
  return Float64Array.from(
    Object.entries(limits as object).flatMap(([name, limit]) => {
      const resource = binding.resources[name]
      if (resource === undefined || !Object.hasOwn(binding.resources, name)) {
        const known = Object.keys(binding.resources).sort().join(', ')
        throw new RangeError(invalid('resource', name, `one of ${known}`))
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
  checkPlainObject('env', env, "{ NAME: 'value' }")
}

function checkFlag(name: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw new TypeError(invalid(name, value, 'true or false'))
}

function checkCgroup(cgroup: unknown): string | undefined {
  if (cgroup === undefined) return undefined
  if (typeof cgroup === 'string' && !cgroup.includes('\0')) return cgroup
  const expected = 'the path of a directory, for example /sys/fs/cgroup/jobs'
  throw new TypeError(invalid('cgroup', cgroup, expected))
}

function checkLimit(name: string, value: unknown): number {
  if (value === Number.POSITIVE_INFINITY) return value as number
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new RangeError(invalid(`rlimits.${name}`, value, 'an integer, 0 or more, or Infinity'))
}
