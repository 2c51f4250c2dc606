import type { SextonError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { stepFailure } from '../spawn/spawn-failure.js'
import { binding } from '../system/binding.js'
import { readDescendants } from '../system/descendants.js'
import type { ProcessStat } from '../system/proc-formats.js'
import { Connection } from './connection.js'
import { whenGone } from './departure.js'
import type { KeeperHooks } from './events.js'
import type { REQUESTS, Report } from './frames.js'
import { newMark } from './mark.js'
import type { Ended } from './outcome.js'
import { refusal } from './refusal.js'
import { Remains } from './remains.js'
import type { JobPlan, KeeperSettings } from './settings.js'
import { Settlement } from './settlement.js'
import { startKeeper } from './start.js'
import { Watchdog } from './watchdog.js'

// A job's keeper, as Node sees it. The way of a job:
//
// 1. `settings.ts` writes the plan and the settings into a sealed file. `start.ts` starts the keeper with that file, a
//    socket, a pidfd of this process and the command's descriptors. `executable.ts` finds the program.
// 2. The keeper starts the command, and reports over the socket. `frames.ts` encodes and decodes, `connection.ts` is
//    the socket, `settlement.ts` settles the promises of `outcome.ts`, and `events.ts` has what remains for the caller.
// 3. The keeper ends the job by itself, by its own clock, or when this process is gone. Node may ask for it earlier.
//    `watchdog.ts` sees to it that the keeper answers, and exits; `departure.ts` waits for that.
// 4. If the keeper is killed, `remains.ts` and `search.ts` find what is left of the job and kill it. So all promises settle.

/** One keeper, and the job that it keeps. */
export class Keeper {
  readonly #mark = newMark()
  readonly #child: OwnedChild
  readonly #connection: Connection
  readonly #watchdog: Watchdog
  readonly #settlement: Settlement
  readonly #hooks: KeeperHooks
  readonly #remains: Remains
  #init: number | undefined

  /**
   * Starts a keeper, which starts the command. The caller closes the command's descriptors.
   *
   * @throws {SextonError} `ERR_UNSUPPORTED` if the keeper is missing or cannot be executed; `ERR_SPAWN_FAILED` or
   *   `ERR_SYSTEM` if the system refuses to start it.
   */
  static start(plan: JobPlan, settings: KeeperSettings, hooks: KeeperHooks = {}): Keeper {
    return new Keeper(plan, settings, hooks)
  }

  private constructor(plan: JobPlan, settings: KeeperSettings, hooks: KeeperHooks) {
    this.#hooks = hooks
    const isOwn = settings.isolation === 'cgroup' || plan.groups !== undefined
    const places = { cgroup: isOwn ? plan.cgroup : undefined, groups: plan.groups }
    this.#remains = new Remains(this.#mark, places, {
      onEvent: (event) => hooks.onEvent?.(event),
      isKeeper: (pid) => pid === this.pid && this.#child.status === undefined,
    })
    this.#settlement = new Settlement(this.#remains, plan.groups)
    const { child, socket } = startKeeper(plan, settings, this.#mark)
    this.#child = child
    this.#connection = new Connection(socket, {
      onReport: (report) => this.#hear(report),
      onClosed: (error) => this.#settleWhenGone(error),
    })
    this.#watchdog = new Watchdog(child, this.#connection, settings)
    child.onExit(() => this.#watchdog.exited())
  }

  /** The keeper's pid. Its descendants are the job. */
  get pid(): number {
    return this.#child.pid
  }

  /**
   * Resolves with the command's pid. Rejects with `ERR_SPAWN_FAILED` if the command could not be started, with
   * `ERR_UNSUPPORTED` if the keeper cannot work here, and with `ERR_SYSTEM` if the keeper was killed.
   */
  get started(): Promise<number> {
    return this.#settlement.started
  }

  /**
   * Resolves with the command's exit status, which has its usage. Rejects like `started`, and with `ERR_SYSTEM` or
   * `ERR_NOT_PERMITTED` if the command could not be ended.
   */
  get exited(): Promise<ExitStatus> {
    return this.#settlement.exited
  }

  /**
   * Resolves when nothing of the job is left, but kept processes and those that cannot be ended. Never rejects: its
   * `error` says if the keeper was killed.
   */
  get ended(): Promise<Ended> {
    return this.#settlement.ended
  }

  /**
   * Begins the ending of the job, unless it has begun. `reason` comes back in the event `ending`.
   *
   * @param signal The signal that begins it, instead of `killSignal`. SIGKILL also ends the grace of an ending that has
   *   begun.
   */
  end(reason: number, signal = 0): void {
    this.#ask('end', reason, signal)
  }

  /** Sends a signal to the command, if it still runs. */
  signal(number: number): void {
    this.#ask('signal', number)
  }

  /**
   * Spares a descendant, and its descendants, when the job ends. At most 256 can be spared. The keeper stays until
   * they have ended.
   *
   * @param startTime The start time of the process, by which the pid cannot mean a later one.
   */
  keep(pid: number, startTime: number): void {
    this.#ask('keep', pid, startTime % 2 ** 32, Math.floor(startTime / 2 ** 32))
  }

  /** Lets the kept processes live on when this process exits. Without it they are ended then. */
  release(): void {
    this.#ask('release')
  }

  /** Lists the living descendants of the keeper, which are the processes of the job. */
  processes(): ProcessStat[] {
    if (this.#child.status !== undefined) return []
    return readDescendants(this.pid).filter(({ pid }) => pid !== this.#init)
  }

  /** Lets this process exit before the job has ended. The keeper then ends the job. */
  unref(): void {
    this.#connection.unref()
  }

  /** Keeps this process alive until the job has ended, which is the default. */
  ref(): void {
    this.#connection.ref()
  }

  #ask(kind: keyof typeof REQUESTS, ...words: number[]): void {
    this.#connection.send(kind, ...words)
    this.#watchdog.demandAnswer()
  }

  #hear(report: Report): void {
    if (report.kind === 'started') this.#settlement.start(report.pid)
    else if (report.kind === 'exited') this.#settlement.exit(report.status)
    else if (report.kind === 'ended') this.#end(report)
    else if (report.kind === 'init') this.#init = report.pid
    else if (report.kind === 'pong') this.#watchdog.answered()
    else if (report.kind === 'refused') this.#fail(refusal(report.refusal, report.errno))
    else if (report.kind === 'failed') this.#fail(this.#failureOf(report.step, report.errno))
    else if (report.kind === 'left') this.#remains.add(report.process)
    else this.#hooks.onEvent?.(report)
  }

  #failureOf(step: number, errno: number): SextonError {
    const name = binding.spawnSteps[step] ?? 'spawn'
    return stepFailure(name, errno, this.#hooks.pathOf?.(name) ?? {})
  }

  #fail(error: SextonError): void {
    this.#settlement.fail(error)
    this.#watchdog.demandExit()
  }

  // A keeper stays for as long as something is kept.
  #end(report: { kept: number; left: number }): void {
    void this.#settlement.end(this.pid, report)
    if (report.kept === 0) this.#watchdog.demandExit()
  }

  // A keeper without a connection ends the job and exits. It tells of nothing any more.
  #settleWhenGone(error: SextonError | undefined): void {
    if (this.#settlement.isDecided) return
    this.#watchdog.demandExit()
    whenGone(this.#child, (how) => {
      this.#watchdog.answered()
      void this.#settlement.endWithout(this.pid, how, error)
    })
  }
}
