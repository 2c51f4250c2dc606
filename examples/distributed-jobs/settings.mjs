// What the workers and `add.mjs` must agree on. Each setting is a variable of the environment.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const { env } = process

export const QUEUE = 'commands'

/** The most milliseconds that an attempt runs, by the keeper's clock. */
export const timeout = Number(env.TIMEOUT ?? 60_000)

/** Milliseconds from SIGTERM to SIGKILL, when an attempt is ended. */
export const grace = Number(env.GRACE ?? 5_000)

/** Milliseconds after which the queue gives a job to another worker, unless its worker has asked for more time. */
export const lockDuration = Number(env.LOCK_DURATION ?? 120_000)

/** Milliseconds between two searches for jobs whose lock has expired. */
export const stalledInterval = Number(env.STALLED_INTERVAL ?? 10_000)

// A worker that is stopped, or whose event loop is blocked, cannot ask for more time. Its keeper ends the attempt after
// `timeout`: with SIGTERM, after `grace` with SIGKILL, and it waits for those that die slowly for `grace` once more.
if (timeout + 2 * grace >= lockDuration) {
  throw new RangeError(
    `invalid LOCK_DURATION ${lockDuration}: expected more than TIMEOUT + 2 * GRACE, ${timeout + 2 * grace}`,
  )
}

// A URL of Redis, or the path of its socket.
const { REDIS = 'redis://127.0.0.1:6379' } = env
export const connection = REDIS.startsWith('/') ? { path: REDIS } : { url: REDIS }

/**
 * Makes the folder that all workers of this machine share. A boot must empty it, because pids begin again then. Others
 * than the user of the workers must not write there.
 */
export function attemptsFolder() {
  const folder = env.ATTEMPTS ?? join(env.XDG_RUNTIME_DIR ?? '/run', 'distributed-jobs')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}
