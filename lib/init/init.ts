import { isMainThread } from 'node:worker_threads'
import { switchFrom } from '../base/environment.js'
import { invalid, SextonError } from '../base/errors.js'
import { checkOptionNames, type OptionNames } from '../base/option-names.js'
import { checkDuration } from '../base/time.js'
import { backend } from '../exit/backend.js'
import { lookSoon, observe, suspects } from '../reaping/reap-loop.js'
import { learnOfWorkerChildren, noteChildren } from '../reaping/worker-notes.js'
import { binding } from '../system/binding.js'
import { subreaper } from '../system/subreaper.js'
import { restoreDefaultActions } from './default-actions.js'
import { goLast, graceTime, hookExit, reports, setGraceTime, setReports } from './exit-hook.js'
import { counting, reapedCounts } from './stats.js'

// `sexton/init`: makes a Node process a correct init, by an import.
//
// `stats.ts` counts and publishes what the reaper reaps. `default-actions.ts` gives PID 1 its default actions back.
// `exit-hook.ts` and `leftovers.ts` terminate the remaining descendants at exit, and `exit-report.ts` tells of it.
// `channels.ts` defines the messages.
// The reaping itself is lib/reaping's: this room only asks it to reap adopted children.
//
// Everything is passive: no timer runs and no descriptor is polled while no child dies and no signal comes. Each part
// works without the others, because a sandbox may forbid any of them. A bad value in the environment throws on
// import, before anything has been installed. Workers only record which children are theirs, so that the main thread
// leaves those alone as long as the worker lives.

/** Options of `init()`. Environment variables set their initial values. */
export interface InitOptions {
  /**
   * Milliseconds for which a dead child is left alone that may belong to another native addon. `Infinity` leaves
   * it alone for ever. Without other addons no child has to wait. Default: `SEXTON_FOREIGN_CHILD_DELAY`, or 1000.
   */
  foreignChildDelay?: number
  /**
   * Whether this process adopts orphaned descendants as a subreaper. PID 1 adopts them in any case. Default: true,
   * or false with `SEXTON_SUBREAPER=0`.
   */
  subreaper?: boolean
  /**
   * Milliseconds from TERM to KILL for the descendants that remain at exit. The exit does not wait longer than the
   * descendants live. Default: `SEXTON_GRACE`, or 5000.
   */
  grace?: number
  /**
   * Whether the exit lists on stderr the descendants that remained, each with its pid, its command line and what became
   * of it. Without any, nothing is written. Default: false, or true with `SEXTON_REPORT=1`.
   */
  report?: boolean
}

const OPTION_NAMES: OptionNames<InitOptions> = {
  foreignChildDelay: true,
  subreaper: true,
  grace: true,
  report: true,
}

/** Counters of `sexton/init`. */
export interface InitStats {
  /** The number of reaped children that had no other owner: `adopted` + `abandoned`. */
  reaped: number
  /** The number of reaped orphans that this process had adopted. */
  adopted: number
  /**
   * The number of reaped children of `child_process` whose worker had exited or whose handle was closed. A child of
   * a worker counts here only if the worker loaded `sexton/init` too, as it does with `--import`. Otherwise it
   * counts as adopted.
   */
  abandoned: number
  /** The number of dead children that are left alone at present because they may belong to another addon. */
  pending: number
}

let started = false

/**
 * Changes the options of this process as an init. The import of this module starts it, so most programs never call
 * this function. From the import on, in the main thread:
 *
 * - The process adopts orphans (as PID 1, or as a subreaper) and reaps them when they die. It also reaps children
 *   that nobody waits for any more after `worker.terminate()`, or after their handle was closed.
 * - As PID 1, a terminating signal without a listener ends the process, which the kernel alone would not do:
 *   `'exit'` listeners run, and the exit code is 128 + the signal's number.
 * - At exit the process sends TERM and CONT to all remaining descendants, even detached ones, and KILL after
 *   `grace`. This happens in an `'exit'` listener, which blocks until it is done. The listener runs last, except
 *   after a `process.exit()` of the program. Node reports an uncaught exception only afterwards. A TERM, INT, QUIT
 *   or HUP ends the grace early, unless it is an echo of the signal that caused the exit. After one second of waiting,
 *   a line on stderr names whom the exit waits for; `report` lists what was ended.
 *
 * Children of `child_process`, of sexton's `spawn`, of workers and of other addons belong to their owners, and
 * their statuses are never taken.
 *
 * - It never keeps the process alive, and does nothing while no child dies.
 * - A process leaves its descendants behind if it ends without `'exit'` listeners: by SIGKILL, or by another signal
 *   without a listener if it is not PID 1. The same happens if it cannot read the `/proc` of its own PID namespace
 *   (for example with Node's `--permission`), or if an earlier `'exit'` listener throws or calls `process.exit()`.
 *   If it was PID 1, the kernel kills them.
 * - Node resolves `--import sexton/init` from the working directory, in each Node process that inherits the option
 *   and in each worker. If the directory may differ, give the path of the file.
 * - If a worker that started before the import exits while it has children, they are reaped at the next SIGCHLD.
 * - As PID 1, a terminating signal takes effect only when the event loop runs. A program that blocks it is not
 *   terminated.
 * - In a worker thread the import only records which children belong to the worker.
 * - `diagnostics_channel` has the channels `sexton:adopted`, `sexton:reaped`, `sexton:signal` and `sexton:left`,
 *   with the messages `AdoptedMessage`, `ReapedMessage`, `SignalMessage` and `LeftMessage`.
 *
 * Linux only. Elsewhere the import has no effect.
 *
 * @param options The options to change. The others keep their values.
 * @throws {TypeError | RangeError} if an option is invalid. The import throws if an environment variable is invalid.
 * @throws {SextonError} `ERR_UNSUPPORTED` in a worker thread.
 * @see PR_SET_CHILD_SUBREAPER(2const), pid_namespaces(7)
 */
export function init(options: InitOptions = {}): void {
  checkOptionNames('init()', options, OPTION_NAMES)
  const {
    foreignChildDelay = suspects.delay,
    grace = graceTime(),
    report = reports(),
    subreaper: wanted = subreaper.enabled,
  } = options
  checkDuration('foreignChildDelay', foreignChildDelay)
  checkDuration('grace', grace)
  checkSwitch('subreaper', wanted)
  checkSwitch('report', report)
  if (!isMainThread) throw new SextonError('ERR_UNSUPPORTED', 'init() needs the main thread')
  suspects.delay = foreignChildDelay
  setGraceTime(grace)
  setReports(report)
  if (wanted !== subreaper.enabled) setSubreaper(wanted)
}

function checkSwitch(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new TypeError(invalid(name, value, 'true or false'))
}

/**
 * Returns the counters since the start.
 *
 * @returns A copy of the counters.
 */
init.stats = (): InitStats => ({ ...reapedCounts(), pending: suspects.size })

/** @internal Starts it all. The import of `sexton/init` calls this function. */
export function start(): void {
  if (started || binding.onlyThisThread === 0) return
  started = true
  if (isMainThread) startInMainThread()
  else noteChildren()
}

function startInMainThread(): void {
  // Read the variables now, so that the import reports a bad value, not the death of the first child.
  suspects.delay
  graceTime()
  reports()
  backend()
  if (switchFrom('SEXTON_SUBREAPER', true) && process.pid !== 1) setSubreaper(true)
  learnOfWorkerChildren()
  observe({ scope: 'adopted', wants: () => Number.POSITIVE_INFINITY, ...counting })
  lookSoon()
  hookExit()
  if (process.pid === 1) restoreDefaultActions(goLast)
}

// Only warns if a sandbox refuses it, because the other functions of an init work without it.
function setSubreaper(wanted: boolean): void {
  try {
    if (wanted) subreaper.enable()
    else subreaper.disable()
  } catch (error) {
    process.emitWarning(`sexton/init cannot adopt orphans: ${(error as SextonError).message}`)
  }
}
