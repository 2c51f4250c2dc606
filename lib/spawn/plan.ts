import { binding } from '../system/binding.js'

/** The strings of a spawn, each a block of NUL-terminated bytes. */
export interface SpawnStrings {
  files: Uint8Array
  argv: Uint8Array
  env: Uint8Array
  /** Whether `env` has variables into which the child writes its own pid. */
  naming: boolean
  /** One string. `undefined` means the parent's directory. */
  cwd: Uint8Array | undefined
}

/** The options that a child carries out itself. */
export interface PlanOptions {
  uid?: number | undefined
  gid?: number | undefined
  groups?: Uint32Array | undefined
  groupsIfAllowed?: boolean
  umask?: number | undefined
  session?: boolean
  /** 0 means a new group. */
  processGroup?: number | undefined
  foreground?: boolean
  deathSignal?: number | undefined
  ignoredSignals?: readonly number[] | undefined
  blockedSignals?: readonly number[] | undefined
  /** Whether a file that the kernel does not know as a program is an error, and not a script for the shell. */
  noShell?: boolean
  /** Whether the child ends after a worker that is terminated. Someone else reaps it then. */
  outlives?: boolean
  /** `[resource, soft, hard]`, again and again. */
  rlimits: Float64Array
}

/** Everything that a child needs before exec. */
export interface Plan {
  strings: SpawnStrings
  options: PlanOptions
  /**
   * The sources of the child's descriptors: `fds[i]` becomes descriptor `i`. -1 means `/dev/null`, or above 2 a closed
   * descriptor. `READ_PIPE` and `WRITE_PIPE` mean the other end of a new pipe.
   */
  fds: Int32Array
  cgroupFd: number | undefined
  /** Whether the parent wants a pidfd of the child. */
  pidfd: boolean
  /** Whether the native `spawn` may return before exec. */
  unawaited?: boolean
}

// native/spawn/plan.h has the list of words, and says what each means.
const { planFlags: FLAGS, limitWords: LIMIT } = binding
const at = { ...binding.planWords } // reading the addon's own object takes longer

// In `fds`, as native/spawn/plan.h has them.
/** A pipe that this process reads. */
export const READ_PIPE = -2
/** A pipe that this process writes. */
export const WRITE_PIPE = -3

const WORD = 4 // bytes
const HEADER = Object.keys(at).length * WORD
const LIMIT_WORDS = Object.keys(LIMIT).length
const UNCHANGED = -1

// The native layer copies the plan, so one buffer serves for nearly all. Larger ones are not kept.
const KEPT = 65_536
const kept = new ArrayBuffer(KEPT)
const keptWords = new Int32Array(kept)

/**
 * Writes a plan as the native `spawn` takes it: one block without pointers.
 *
 * @returns The block, which the next call overwrites.
 */
export function encodePlan(plan: Plan): Uint8Array {
  const { fds, options } = plan
  const { groups, rlimits } = options
  const { files, argv, env, cwd } = plan.strings
  const groupsAt = HEADER + fds.length * WORD
  const limitsAt = groupsAt + (groups?.length ?? 0) * WORD
  const limitCount = Math.floor(rlimits.length / 3)
  const filesAt = limitsAt + limitCount * LIMIT_WORDS * WORD
  const argvAt = filesAt + files.length
  const envAt = argvAt + argv.length
  const cwdAt = envAt + env.length
  const size = cwdAt + (cwd?.length ?? 0)

  const buffer = size <= KEPT ? kept : new ArrayBuffer(size)
  const words = buffer === kept ? keptWords : new Int32Array(buffer, 0, filesAt / WORD)
  writeNumbers(words, plan)
  words[at.size] = size
  writeSection(words, at.fds, HEADER, at.fdCount, fds.length)
  writeSection(words, at.groups, groupsAt, at.groupCount, groups?.length ?? 0)
  writeSection(words, at.limits, limitsAt, at.limitCount, limitCount)
  writeSection(words, at.files, filesAt, at.fileBytes, files.length)
  writeSection(words, at.argv, argvAt, at.argvBytes, argv.length)
  writeSection(words, at.env, envAt, at.envBytes, env.length)
  words[at.cwd] = cwd === undefined ? 0 : cwdAt

  words.set(fds, HEADER / WORD)
  if (groups !== undefined) words.set(groups, groupsAt / WORD)
  writeLimits(words, limitsAt / WORD, rlimits)
  const bytes = new Uint8Array(buffer, 0, size)
  bytes.set(files, filesAt)
  bytes.set(argv, argvAt)
  bytes.set(env, envAt)
  if (cwd !== undefined) bytes.set(cwd, cwdAt)
  return bytes
}

/** The descriptors of an encoded plan. The native `spawn` puts this process's end of each pipe there. */
export function descriptorsIn(plan: Uint8Array, count: number): Int32Array {
  return new Int32Array(plan.buffer, HEADER, count)
}

function writeSection(
  words: Int32Array,
  at: number,
  begin: number,
  countAt: number,
  count: number,
) {
  words[at] = begin
  words[countAt] = count
}

function writeNumbers(words: Int32Array, plan: Plan): void {
  const { options } = plan
  words[at.flags] = flagsOf(plan)
  words[at.uid] = options.uid ?? UNCHANGED
  words[at.gid] = options.gid ?? UNCHANGED
  words[at.umask] = options.umask ?? UNCHANGED
  words[at.processGroup] = options.processGroup ?? UNCHANGED
  words[at.deathSignal] = options.deathSignal ?? 0
  words[at.cgroupFd] = plan.cgroupFd ?? UNCHANGED
  writeSignals(words, at.ignoredLow, at.ignoredHigh, options.ignoredSignals)
  writeSignals(words, at.blockedLow, at.blockedHigh, options.blockedSignals)
}

// A set of signals is two words of 32 bits.
function writeSignals(
  words: Int32Array,
  lowAt: number,
  highAt: number,
  signals: readonly number[] = [],
): void {
  let [low, high] = [0, 0]
  for (const signal of signals) {
    const bit = 1 << ((signal - 1) % 32)
    if (signal <= 32) low |= bit
    else high |= bit
  }
  words[lowAt] = low
  words[highAt] = high
}

function flagsOf({ options, strings, pidfd, unawaited }: Plan): number {
  return (
    (options.session ? FLAGS.session : 0) |
    (options.foreground ? FLAGS.foreground : 0) |
    (pidfd ? FLAGS.pidfd : 0) |
    (options.groups !== undefined ? FLAGS.groups : 0) |
    (options.groupsIfAllowed ? FLAGS.groupsIfAllowed : 0) |
    (options.blockedSignals !== undefined ? FLAGS.mask : 0) |
    (options.noShell ? FLAGS.noShell : 0) |
    (options.outlives ? FLAGS.outlives : 0) |
    (strings.naming ? FLAGS.ownVariables : 0) |
    (unawaited ? FLAGS.unawaited : 0)
  )
}

function writeLimits(words: Int32Array, from: number, rlimits: Float64Array): void {
  for (let i = 0, place = from; i + 2 < rlimits.length; i += 3, place += LIMIT_WORDS) {
    const [resource = 0, soft = 0, hard = 0] = rlimits.subarray(i, i + 3)
    words[place + LIMIT.resource] = resource
    words[place + LIMIT.softLow] = lowHalf(soft)
    words[place + LIMIT.softHigh] = highHalf(soft)
    words[place + LIMIT.hardLow] = lowHalf(hard)
    words[place + LIMIT.hardHigh] = highHalf(hard)
  }
}

// Halves of 32 bits. Infinity is all ones. An Int32Array keeps the lowest 32 bits of any number.
function lowHalf(value: number): number {
  return value === Number.POSITIVE_INFINITY ? -1 : value
}

function highHalf(value: number): number {
  return value === Number.POSITIVE_INFINITY ? -1 : Math.floor(value / 2 ** 32)
}
