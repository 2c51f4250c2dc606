import { checkAbortSignal, onAbort, reasonOf } from '../base/abort.js'
import { invalid } from '../base/errors.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import type { ExitStatus } from '../exit/exit-status.js'
import type { ZombieScope } from '../reaping/observers.js'
import { awaitSuspects, lookSoon, observe, reapNow } from '../reaping/reap-loop.js'
import { checkScope, Zombies } from '../reaping/zombies.js'
import { waitForExit } from './wait-for-exit.js'

/** Options of `reapUntil()`. */
export interface ReapUntilOptions {
  /** The zombies to reap meanwhile, default `'adopted'`: see `Zombies`. */
  scope?: ZombieScope
  /** When aborted, the promise rejects with the signal's reason and reaping stops. Default: none. */
  signal?: AbortSignal
  /**
   * Called for each reaped zombie. An error that it throws rejects the promise and stops reaping. Without this
   * option and with scope `'all'`, a storm of orphans is reaped much faster. Default: none.
   *
   * @param zombie The exit status of the zombie.
   */
  onReap?: (zombie: ExitStatus) => void
}

const OPTION_NAMES: OptionNames<ReapUntilOptions> = { scope: true, signal: true, onReap: true }

/**
 * Reaps zombies until a child of this process has exited, as an init does. Before it resolves, it also reaps
 * every child that was dead by then and that has no other owner.
 *
 * A dead child that may belong to another native addon is left alone for `SEXTON_FOREIGN_CHILD_DELAY`, by
 * default one second. With such an addon loaded, the promise may resolve that much later. With `Infinity` such a
 * child stays a zombie. If the children cannot be listed (no `/proc`, or no free descriptor), a dead child of
 * another owner may hide others.
 *
 * Main thread only. The scope `'adopted'` needs Linux.
 *
 * @param pid The child to wait for.
 * @param options The zombies to reap meanwhile, a callback for them, and a signal to stop.
 * @returns The exit status of the child.
 * @throws The errors of `new Zombies()` and `waitForExit()`.
 * @see wait(2)
 */
export async function reapUntil(pid: number, options: ReapUntilOptions = {}): Promise<ExitStatus> {
  checkOptionNames('reapUntil()', options, OPTION_NAMES)
  const { scope = 'adopted', onReap } = options
  const signal = checkAbortSignal(options.signal)
  if (onReap !== undefined && typeof onReap !== 'function') {
    throw new TypeError(invalid('onReap', onReap, 'a function'))
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
  // Open before the first check of the child, so that no death in between is missed.
  const close = observe({ scope: checkScope(scope), wants: () => Number.POSITIVE_INFINITY })
  lookSoon()
  try {
    return await endOf(pid, scope, signal)
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
  // AbortSignal.any() would stay registered with the caller's signal, which may live much longer.
  const stop = new AbortController()
  const ignoreSignal = onAbort(signal, () => stop.abort(reasonOf(signal)))
  const zombies = new Zombies({ scope, signal: stop.signal })
  const ended = endOf(pid, scope, stop.signal).finally(() => zombies.close())
  ended.catch(() => {}) // it may reject before it is awaited below
  try {
    for await (const zombie of zombies) onReap(zombie)
    return await ended
  } catch (error) {
    stop.abort(error)
    await ended.catch(() => {})
    throw error
  } finally {
    ignoreSignal()
  }
}

async function endOf(
  pid: number,
  scope: ZombieScope,
  signal: AbortSignal | undefined,
): Promise<ExitStatus> {
  const status = await waitForExit(pid, { ...(signal && { signal }) })
  reapNow(scope)
  if (scope === 'adopted') await awaitSuspects(signal)
  return status
}
