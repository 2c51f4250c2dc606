import { checkAbortSignal, onAbort, reasonOf } from '../base/abort.js'
import { quote } from '../base/errors.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import type { ExitStatus } from '../exit/exit-status.js'
import {
  awaitGrace,
  openIntake,
  pumpSoon,
  reapNow,
  type ZombieScope,
} from '../reaping/reap-loop.js'
import { checkScope, Zombies } from '../reaping/zombies.js'
import { waitForExit } from './wait-for-exit.js'

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
 * child ended, once everything that was dead by then and that nobody else waits for has been reaped.
 *
 * A dead child that may be another native addon's is left to it for one second (`SEXTON_FOREIGN_CHILD_DELAY`). So with such
 * an addon loaded it may take that much longer; what is left alone for ever (`Infinity`) stays. Where the
 * children cannot be listed (no `/proc`, no descriptor), a dead child of another owner may hide some.
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
  // Not AbortSignal.any(), which leaves its signal on a caller's that lives longer.
  const stop = new AbortController()
  const ignoreSignal = onAbort(signal, () => stop.abort(reasonOf(signal)))
  const zombies = new Zombies({ scope, signal: stop.signal })
  const ended = endOf(pid, scope, stop.signal).finally(() => zombies.close())
  ended.catch(() => {}) // it may fail before anyone awaits it
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
  if (scope === 'adopted') await awaitGrace(signal)
  return status
}
