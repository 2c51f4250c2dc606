import type { ExitStatus } from './exit-status.js'
import { waitForExit } from './wait-for-exit.js'
import { reapNow, type ZombieScope, Zombies } from './zombies.js'

/** What `reapUntil()` does besides. */
export interface ReapUntilOptions {
  /** Which zombies to reap meanwhile, default `'adopted'`; see `Zombies`. */
  scope?: ZombieScope
  /** Ends it when aborted: it rejects with the signal's reason, and no more is reaped. */
  signal?: AbortSignal
  /**
   * Called for each zombie that was reaped; what it throws ends it.
   *
   * @param zombie How that one ended.
   */
  onReap?: (zombie: ExitStatus) => void
}

/**
 * Reaps zombies until a child of this process has ended: what an init does. Resolves with how the
 * child ended, once everything that was dead by then has been reaped.
 *
 * Main thread only; `'adopted'` needs Linux.
 *
 * @param pid The child to wait for.
 * @param options What to reap meanwhile, and until when.
 * @throws What `new Zombies()` and `waitForExit()` throw.
 * @see wait(2)
 */
export async function reapUntil(pid: number, options: ReapUntilOptions = {}): Promise<ExitStatus> {
  const { scope = 'adopted', signal, onReap } = options
  const stop = new AbortController()
  // Open before the first look at the child: what dies in between is then seen.
  const zombies = new Zombies({ scope, ...(signal && { signal }) })
  const exited = waitForExit(pid, {
    signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
  })
  const ended = exited.then(() => reapNow(scope)).finally(() => zombies.close())
  try {
    for await (const zombie of zombies) onReap?.(zombie)
    await ended
    return await exited
  } catch (error) {
    stop.abort(error)
    await ended.catch(() => {})
    throw error
  }
}
