import { checkAbortSignal, throwIfAborted } from '../base/abort.js'
import { invalid } from '../base/errors.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { hold } from '../base/process-life.js'
import { checkDuration } from '../base/time.js'
import { type SignalName, signalNumber } from '../system/signal-names.js'
import { Ending, type Limits } from './ending.js'
import type { EndedProcess, UnreachedProcess } from './member.js'
import { Members } from './members.js'
import { scopeOf, type TerminateScope } from './scopes.js'
import { checkTarget, openTarget, type TerminateTarget } from './target.js'

/** Options of `terminate()`. */
export interface TerminateOptions {
  /** The processes to end, default `'process'`: the target alone. `'group'` and `'tree'` need Linux. */
  scope?: TerminateScope
  /**
   * Milliseconds from `killSignal` to SIGKILL, default 5000. `Infinity` means no SIGKILL. After SIGKILL, `terminate()`
   * waits for the same time once more, but for one second at least.
   */
  grace?: number
  /** The first signal, default `'SIGTERM'`. A SIGCONT follows, because a stopped process handles no signal. */
  killSignal?: SignalName | number
  /**
   * When aborted, the promise rejects with the signal's reason. Every process that `terminate()` had stopped continues.
   * Signals that were sent keep their effect. Default: none.
   */
  signal?: AbortSignal
}

/** The result of `terminate()`. */
export interface TerminateResult {
  /** The processes that got a signal and have ended, parents before their children where `scope` is `'tree'`. */
  ended: EndedProcess[]
  /** The processes that still run. */
  unreached: UnreachedProcess[]
}

const OPTION_NAMES: OptionNames<TerminateOptions> = {
  scope: true,
  grace: true,
  killSignal: true,
  signal: true,
}

const SCOPES: readonly TerminateScope[] = ['process', 'group', 'tree']

/**
 * Ends processes that were not started as a job: `killSignal` first, SIGKILL after `grace`, repeated until none is
 * left.
 *
 * With `scope: 'tree'` all processes of the tree are stopped first, so that none can start another one unseen. Then all
 * get `killSignal`, children before their parents, and continue. If the end of the tree orphans a process group that
 * others are in, all continue first, and parents get the signal before their children. Otherwise the kernel would send
 * SIGHUP to those others (setpgid(2)). A process that is found once stays known when its parent dies. Processes that are
 * forked meanwhile are found as well, as long as their parent lives or a known process founded their session.
 *
 * A process that left the tree before the first look is not found. It leaves by a double fork: its parent has exited,
 * and so the kernel does not show whose descendant it is. It is found only if it stayed in a session that a process of
 * the tree founded, such as the tree of a child with `session: true` (`detached: true` of `child_process`). The same
 * holds for a process whose parent forks it and exits between two looks. Where the mount option `hidepid` hides a
 * process, it is not found either.
 *
 * Each process is held by a pidfd, so a signal never reaches a later process with its pid. Back-ends other than
 * `pidfd` check the start time immediately before each signal. This process and its ancestors never get a signal. If
 * this process is killed while a tree is stopped, which takes milliseconds, the tree stays stopped.
 *
 * @param target The process to start from. If it has exited, nothing is ended.
 * @param options The scope, the signals and the time between them.
 * @returns The processes that have ended, and those that could not be ended.
 * @throws {TypeError | RangeError} if an argument is invalid, before anything is done. The target must not be this
 *   process or PID 1, nor, unless `scope` is `'group'`, an ancestor of this process.
 * @throws {SextonError} `ERR_UNSUPPORTED` if `scope` is `'group'` or `'tree'` and `/proc` is not mounted, shows
 *   another PID namespace, or hides the target. `ERR_SYSTEM` if no descriptor is free: it takes one for each process.
 *   `ERR_NO_SUCH_PROCESS` if the target is a thread. `ERR_SPAWN_FAILED` if it is a `Child` that could not be started.
 * @see pidfd_send_signal(2), kill(2), proc_pid_stat(5)
 */
export async function terminate(
  target: TerminateTarget,
  options: TerminateOptions = {},
): Promise<TerminateResult> {
  const { scope, limits } = checkOptions(options)
  const checked = checkTarget(target, scope)
  throwIfAborted(limits.signal)
  const root = checked && openTarget(checked, scope)
  if (root === undefined) return { ended: [], unreached: [] }
  const members = new Members(scopeOf(scope, root.stat), root)
  const release = hold()
  const ending = new Ending(members, limits)
  try {
    await ending.run()
    return members.result()
  } finally {
    ending.close()
    members.close()
    release()
  }
}

function checkOptions(options: TerminateOptions): { scope: TerminateScope; limits: Limits } {
  checkOptionNames('terminate()', options, OPTION_NAMES)
  const { scope = 'process', grace = 5000, killSignal = 'SIGTERM', signal } = options
  if (!SCOPES.includes(scope)) {
    throw new RangeError(invalid('scope', scope, "'process', 'group' or 'tree'"))
  }
  return {
    scope,
    limits: {
      grace: checkDuration('grace', grace),
      killSignal: signalNumber(killSignal),
      signal: checkAbortSignal(signal),
    },
  }
}
