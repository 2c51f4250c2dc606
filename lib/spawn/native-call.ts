import { systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import type { CheckedOptions } from './checked-options.js'

/** The strings of a spawn, each a block of NUL-terminated bytes. */
export interface SpawnStrings {
  files: Uint8Array
  argv: Uint8Array
  env: Uint8Array
  /** Whether `env` has variables in which the child is to write what names it. */
  naming: boolean
  cwd: Uint8Array | undefined
}

const NONE = Number.NaN // not asked for

const SESSION = 1
const FOREGROUND = 2
const PIDFD = 4
const GROUPS_IF_ALLOWED = 8
const OWN_VARIABLES = 16

/** Calls the native `spawn`, whose arguments are arrays only; see native/node/spawn_glue.cc. */
export function startProcess(
  { files, argv, env, naming, cwd }: SpawnStrings,
  options: CheckedOptions,
  fds: Int32Array,
  cgroupFd: number | undefined,
  pidfd: boolean,
  pathOf: (step: string) => { path?: string },
): { pid: number; pidfd: number } {
  const result = new Int32Array(4)
  const { rlimits, groups } = options
  const numbers = numbersOf(options, cgroupFd, pidfd, naming)
  binding.spawn(files, argv, env, cwd, fds, rlimits, groups, numbers, result)
  const [pid, descriptor, errno, step] = result as unknown as [number, number, number, number]
  if (pid > 0) return { pid, pidfd: descriptor }
  const syscall = binding.spawnSteps[step] as string
  throw systemError(-errno, syscall, pathOf(syscall), 'ERR_SPAWN_FAILED')
}

function numbersOf(
  options: CheckedOptions,
  cgroupFd: number | undefined,
  pidfd: boolean,
  naming: boolean,
) {
  const { uid, gid, umask, processGroup, deathSignal } = options
  const flags =
    (options.session ? SESSION : 0) |
    (options.foreground ? FOREGROUND : 0) |
    (pidfd ? PIDFD : 0) |
    (options.groupsIfAllowed ? GROUPS_IF_ALLOWED : 0) |
    (naming ? OWN_VARIABLES : 0)
  const [ignoredLow, ignoredHigh] = halves(options.ignoredSignals)
  const [blockedLow, blockedHigh] = halves(options.blockedSignals)
  return Float64Array.of(
    ...[uid ?? NONE, gid ?? NONE, umask ?? NONE, processGroup ?? NONE, deathSignal ?? NONE],
    ...[cgroupFd ?? NONE, flags, ignoredLow, ignoredHigh, blockedLow, blockedHigh],
  )
}

// A set of signals as two numbers of 32 bits: one cannot hold 64.
function halves(signals: readonly number[] | undefined): readonly [low: number, high: number] {
  if (signals === undefined) return [NONE, NONE]
  const half = (from: number) => {
    const bits = new Set(signals.map((signal) => signal - from))
    return [...bits].reduce((sum, bit) => (bit >= 0 && bit < 32 ? sum + 2 ** bit : sum), 0)
  }
  return [half(1), half(33)]
}
