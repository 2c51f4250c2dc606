import { binding } from '../../lib/system/binding.js'
import { signalNumber } from '../../lib/system/signal-names.js'

// What lib/spawn/options.ts says each option of spawn may be, said once more and in another way.

type Options = Readonly<Record<string, unknown>>
type Validity = (value: unknown, options: Options) => boolean

const isInteger = (least: number, most: number) => (value: unknown) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most
const isFlag = (value: unknown) => typeof value === 'boolean'
const isListOf = (holds: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && [...value].every(holds)
const isTime = (value: unknown) => typeof value === 'number' && value >= 0
const isId = isInteger(0, 2 ** 32 - 2)

function isText(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0')
  return value instanceof Uint8Array && !value.includes(0)
}

function isSignal(value: unknown): boolean {
  if (typeof value !== 'string') return isInteger(1, 64)(value)
  try {
    return signalNumber(value as 'SIGTERM') > 0
  } catch {
    return false
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEnvironment(value: unknown): boolean {
  if (Array.isArray(value)) return isListOf(isText)(value)
  if (!isRecord(value) || value instanceof Uint8Array || ArrayBuffer.isView(value)) return false
  return Object.entries(value).every(
    ([name, each]) => isName(name) && (each === undefined || isText(each)),
  )
}

function isName(value: string): boolean {
  return isText(value) && value !== '' && !value.includes('=')
}

function isLimit(value: unknown): boolean {
  const isBound = (bound: unknown) =>
    bound === Number.POSITIVE_INFINITY || isInteger(0, Number.MAX_SAFE_INTEGER)(bound)
  return isRecord(value) ? isBound(value.soft) && isBound(value.hard) : isBound(value)
}

function isLimits(value: unknown): boolean {
  if (!isRecord(value) || ArrayBuffer.isView(value)) return false
  return Object.entries(value).every(
    ([name, each]) => Object.hasOwn(binding.resources, name) && isLimit(each),
  )
}

function isKind(value: unknown, index: number): boolean {
  if (value === 'pipe') return index < 3
  if (['readable', 'writable', 'inherit', 'ignore'].includes(value as string)) return true
  return isInteger(0, 2 ** 31 - 1)(isRecord(value) ? value.fd : value)
}

function isStdio(value: unknown): boolean {
  if (!Array.isArray(value)) return isKind(value, 0)
  return value.length <= 1024 && [...value].every(isKind)
}

function isGroup(value: unknown, { session }: Options): boolean {
  if (typeof value === 'boolean') return true
  return isInteger(1, 4_194_304)(value) && session !== true
}

/** Whether a value that is given for it fits. */
export const VALID: Readonly<Record<string, Validity>> = {
  file: isText,
  args: isListOf(isText),
  argv0: isText,
  cwd: isText,
  env: isEnvironment,
  stdio: isStdio,
  ...{ uid: isId, gid: isId, groups: isListOf(isId), umask: isInteger(0, 0o7777) },
  ...{ session: isFlag, listenPid: isFlag, cleanEnv: isFlag, processGroup: isGroup },
  foreground: (value, { session, processGroup }) =>
    isFlag(value) &&
    (!value || (session !== true && ![undefined, false].includes(processGroup as undefined))),
  ...{ deathSignal: isSignal, killSignal: isSignal },
  ...{ ignoredSignals: isListOf(isSignal), blockedSignals: isListOf(isSignal) },
  rlimits: isLimits,
  cgroup: (value) => typeof value === 'string' && isText(value),
  timeout: (value) => isTime(value) && value !== 0,
  grace: isTime,
  signal: (value) => value instanceof AbortSignal,
}
