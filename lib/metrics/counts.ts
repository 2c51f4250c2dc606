import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'

// The counts of all threads of this process, in memory that they share. A worker that is terminated runs no more code
// of its own, and its counts must not be lost: a counter never falls. The set of numbers is closed, so nothing that a
// process chooses, such as its name or its pid, can make it grow.

/** Why a job may have ended. */
const REASONS = [
  ...['exit', 'timeout', 'abort', 'dispose', 'overflow', 'input', 'idle', 'signal', 'error'],
] as const

/**
 * The upper bounds of the buckets of a spawn's duration, in seconds. A spawn takes about a tenth of a millisecond;
 * more than ten milliseconds are felt by the event loop's other users.
 */
export const SPAWN_BOUNDS = [
  ...[0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005],
  ...[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
] as const

const CODES = 256
const SIGNALS = 65

// The number of places that each kind of count has.
const ROOM = {
  started: 1,
  failed: 1,
  code: CODES,
  signal: SIGNALS,
  unknown: 1,
  orphans: 1,
  abandoned: 1,
  reason: REASONS.length,
  bucket: SPAWN_BOUNDS.length + 1,
  nanoseconds: 1,
}

export type Kind = keyof typeof ROOM

/** Where the places of each kind begin. */
const AT = {} as Record<Kind, number>
let places = 0
for (const kind of Object.keys(ROOM) as Kind[]) {
  AT[kind] = places
  places += ROOM[kind]
}

// A worker gets a copy of the environment data of the thread that starts it, and the copy names the same memory.
const KEY = 'sexton:metrics'

/** The counts of this process. */
export class Counts {
  readonly #numbers: BigInt64Array

  private constructor(memory: SharedArrayBuffer) {
    this.#numbers = new BigInt64Array(memory)
  }

  /** Opens the counts that this thread has from the one that has started it, or new ones. */
  static open(): Counts {
    const given = getEnvironmentData(KEY)
    const size = places * BigInt64Array.BYTES_PER_ELEMENT
    // Another version of sexton may have left it.
    const isOurs = given instanceof SharedArrayBuffer && given.byteLength === size
    const memory = isOurs ? given : new SharedArrayBuffer(size)
    setEnvironmentData(KEY, memory)
    return new Counts(memory)
  }

  /** Adds to the count at this index of a kind. */
  add(kind: Kind, index = 0, amount = 1): void {
    Atomics.add(this.#numbers, AT[kind] + index, BigInt(amount))
  }

  /** Reads the count at this index of a kind. */
  get(kind: Kind, index = 0): number {
    return Number(Atomics.load(this.#numbers, AT[kind] + index))
  }

  /** Reads all counts of a kind. */
  all(kind: Kind): number[] {
    return Array.from({ length: ROOM[kind] }, (_, index) => this.get(kind, index))
  }
}

/** The index of a reason among the counts of jobs. */
export const reasonIndex = (reason: (typeof REASONS)[number]): number => REASONS.indexOf(reason)

export { REASONS }
