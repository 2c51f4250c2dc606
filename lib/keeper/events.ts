import type { Report } from './frames.js'

/** Why the ending of a job has begun, by the keeper's own numbers. Node may send any other number. */
export const REASONS = { exit: 1, timeout: 2, parent: 3, signal: 4 } as const

/**
 * An event of a job:
 *
 * - `reaped`: an orphan has ended. Its status was taken.
 * - `ending`: the ending has begun, for a number of `REASONS` or the one that was given to `end()`.
 * - `asked`, `killed`: a process was sent the kill signal, or SIGKILL.
 * - `left`: a process could not be ended.
 * - `dropped`: this many events were lost, because this process did not read them in time.
 * - `limited`: limits of the job were hit: bits of `LIMIT_BITS`.
 */
export type KeeperEvent = Extract<
  Report,
  { kind: 'reaped' | 'ending' | 'asked' | 'killed' | 'left' | 'dropped' | 'limited' }
>

/** Functions of a keeper's caller. */
export interface KeeperHooks {
  /** Called for each event. */
  onEvent?: (event: KeeperEvent) => void
  /** Gives the path that belongs to a failed step of the command's start. */
  pathOf?: (step: string) => { path?: string }
}
