import { isMainThread } from 'node:worker_threads'
import { switchFrom } from '../base/environment.js'
import { quote, SextonError } from '../base/errors.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { checkDuration } from '../base/time.js'
import { backend } from '../exit/backend.js'
import { openIntake, pumpSoon } from '../reaping/reap-loop.js'
import {
  countSuspects,
  foreignChildDelay as currentForeignChildDelay,
  setForeignChildDelay,
} from '../reaping/suspects.js'
import { learnOfWorkerChildren, noteChildren } from '../reaping/worker-notes.js'
import { binding } from '../system/binding.js'
import { subreaper } from '../system/subreaper.js'
import { restoreDefaultActions } from './default-actions.js'
import { goLast, graceTime, hookExit, setGraceTime } from './exit-hook.js'
import { countReaped, reapedCounts } from './stats.js'

/** What `init()` can change; each is first taken from the environment. */
export interface InitOptions {
  /**
   * Milliseconds for which a dead child is left alone if it may be another native addon's, default
   * `SEXTON_FOREIGN_CHILD_DELAY` or 1000. `Infinity`: for ever. Where no other addon is loaded nothing has to wait.
   */
  foreignChildDelay?: number
  /**
   * Whether orphaned descendants come to this process, default true unless `SEXTON_SUBREAPER=0`. To PID 1
   * they come in any case.
   */
  subreaper?: boolean
  /**
   * Milliseconds that the descendants which remain at exit have from TERM to KILL, default
   * `SEXTON_GRACE` or 5000. It is over as soon as all have ended.
   */
  grace?: number
}

const OPTION_NAMES: OptionNames<InitOptions> = {
  foreignChildDelay: true,
  subreaper: true,
  grace: true,
}

/** What has been done since the start. */
export interface InitStats {
  /** Dead children that nobody else would have reaped: the sum of the next two. */
  reaped: number
  /** Orphans among them, which this process had adopted. */
  adopted: number
  /**
   * Children of `child_process` among them, whose worker had ended or whose handle had been closed. A
   * worker's count here if it loads `sexton/init` too, as it does by `--import`; else as `adopted`.
   */
  abandoned: number
  /** Dead children that are being left alone now, as they may be another addon's. */
  pending: number
}

let started = false

/**
 * To import this module is enough: from then on, in the main thread,
 *
 * - orphans are adopted (as PID 1, or as a subreaper) and reaped when they die, and so are children that
 *   `worker.terminate()` or a handle closed too early left without anyone to wait for them;
 * - as PID 1 a terminating signal that nobody listens to ends the process, as everywhere else: `'exit'`
 *   listeners run, and the exit code is 128 + the signal's number. The kernel would discard it;
 * - at exit the descendants that remain get TERM and CONT, and KILL when `grace` is over. All of them:
 *   detached ones too. That happens in an `'exit'` listener, the last one but for a `process.exit()` of the
 *   program's own, and blocks; of an uncaught exception Node tells after it. TERM, INT, QUIT or HUP
 *   meanwhile ends the time of grace, if it is not an echo of the signal that brought the end about.
 *
 * Children of `child_process`, of sexton's `spawn`, of workers and of other addons are left to their
 * owners: no status is ever taken from them.
 *
 * Calling `init()` changes the options, as often as one likes.
 *
 * - It never keeps the process alive, and does nothing while no child dies.
 * - What ends without `'exit'` listeners, by SIGKILL or elsewhere than as PID 1 by a signal that nobody
 *   listens to, leaves its descendants behind; so does what cannot read a `/proc` of its own PID namespace
 *   (Node's `--permission`), and where an earlier `'exit'` listener throws or calls `process.exit()`. Those of
 *   PID 1 the kernel kills.
 * - `--import sexton/init` is looked for from the working directory, in each Node process that inherits it,
 *   and by each worker: where that may be another directory, name the file by its path.
 * - A worker that was running before the import, and ends among its children, leaves them until the next
 *   SIGCHLD.
 * - The end of a blocked event loop by a signal as PID 1 waits until it turns again.
 * - In a worker thread the import only notes whose children are the worker's.
 * - Channels of `diagnostics_channel`: `sexton:adopted`, `sexton:reaped`, `sexton:signal`, `sexton:left`, with
 *   the messages `AdoptedMessage` and so on.
 *
 * Linux; elsewhere the import does nothing.
 *
 * @param options What to change; what is left out stays.
 * @throws {TypeError | RangeError} for bad options; on import, for bad values in the environment.
 * @throws {SextonError} `ERR_UNSUPPORTED` in a worker thread.
 * @see PR_SET_CHILD_SUBREAPER(2const), pid_namespaces(7)
 */
export function init(options: InitOptions = {}): void {
  checkOptionNames('init()', options, OPTION_NAMES)
  const {
    foreignChildDelay = currentForeignChildDelay(),
    grace = graceTime(),
    subreaper: wanted = subreaper.enabled,
  } = options
  checkDuration('foreignChildDelay', foreignChildDelay)
  checkDuration('grace', grace)
  if (typeof wanted !== 'boolean') {
    throw new TypeError(`subreaper must be true or false, not ${quote(wanted)}`)
  }
  if (!isMainThread) throw new SextonError('ERR_UNSUPPORTED', 'init() is for the main thread')
  setForeignChildDelay(foreignChildDelay)
  setGraceTime(grace)
  if (wanted !== subreaper.enabled) setSubreaper(wanted)
}

/**
 * What has been done since the start.
 *
 * @returns A copy.
 */
init.stats = (): InitStats => ({ ...reapedCounts(), pending: countSuspects() })

/** @internal What the import of `sexton/init` does. */
export function start(): void {
  if (started || binding.onlyThisThread === 0) return
  started = true
  if (isMainThread) startInMainThread()
  else noteChildren()
}

function startInMainThread(): void {
  // A bad value in the environment is told of now, not when the first child dies.
  currentForeignChildDelay()
  graceTime()
  backend()
  if (switchFrom('SEXTON_SUBREAPER') && process.pid !== 1) setSubreaper(true)
  countReaped()
  learnOfWorkerChildren()
  openIntake({ scope: 'adopted', wants: () => true })
  pumpSoon()
  hookExit()
  if (process.pid === 1) restoreDefaultActions(goLast)
}

// Some sandboxes refuse it. The rest is of use without.
function setSubreaper(wanted: boolean): void {
  try {
    if (wanted) subreaper.enable()
    else subreaper.disable()
  } catch (error) {
    process.emitWarning(`sexton/init cannot adopt orphans: ${(error as SextonError).message}`)
  }
}
