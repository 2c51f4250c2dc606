import { checkAbortSignal } from './abort.js'
import { quote } from './errors.js'
import type { ExitStatus } from './exit-status.js'
import { checkOptionNames, type OptionNames } from './option-names.js'
import { openIntake, pumpSoon, reapNow, type ZombieScope } from './pump.js'
import { waitForExit } from './wait-for-exit.js'
import { checkScope, Zombies } from './zombies.js'

/** What `reapUntil()` does besides. */
export interface ReapUntilOptions {
  /** Which zombies to reap meanwhile, default `'adopted'`; see `Zombies`. */
  scope?: ZombieScope
  /** Ends it when aborted: it rejects with the signal's reason, and no more is reaped. */
  signal?: AbortSignal
  /**
   * Called for each zombie that was reaped; what it throws ends it. Without it, a storm of orphans is
   * reaped much faster where the scope is `'all'`.
   *
   * @param zombie How that one ended.
   */
  onReap?: (zombie: ExitStatus) => void
}

const OPTION_NAMES: OptionNames<ReapUntilOptions> = { scope: true, signal: true, onReap: true }

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
  checkOptionNames('reapUntil()', options, OPTION_NAMES)
  const { scope = 'adopted', onReap } = options
  const signal = checkAbortSignal(options.signal)
  if (onReap !== undefined && typeof onReap !== 'function') {
    throw new TypeError(`onReap must be a function, not ${quote(onReap)}`)
  }
  return onReap === undefined
    ? discardUntil(pid, scope, signal)
    : tellUntil(pid, scope, signal, onReap)
}

async function discardUntil(
  pid: number,
  scope: ZombieScope,
  signal: AbortSignal | undefined,
): Promise<ExitStatus> {
  // Open before the first look at the child: what dies in between is then seen.
  const close = openIntake({ scope: checkScope(scope), wants: () => true })
  pumpSoon()
  try {
    const status = await waitForExit(pid, { ...(signal && { signal }) })
    reapNow(scope)
    return status
  } finally {
    close()
  }
}

async function tellUntil(
  pid: number,
  scope: ZombieScope,
  signal: AbortSignal | undefined,
  onReap: (zombie: ExitStatus) => void,
): Promise<ExitStatus> {
  const stop = new AbortController()
  const zombies = new Zombies({ scope, ...(signal && { signal }) })
  const exited = waitForExit(pid, {
    signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
  })
  const ended = exited.then(() => reapNow(scope)).finally(() => zombies.close())
  try {
    for await (const zombie of zombies) onReap(zombie)
    await ended
    return await exited
  } catch (error) {
    stop.abort(error)
    await ended.catch(() => {})
    throw error
  }
}
