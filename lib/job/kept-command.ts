import { onAbort } from '../base/abort.js'
import { SextonError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { type KeeperEvent, REASONS } from '../keeper/events.js'
import { type JobGroups, removeGroups } from '../keeper/groups.js'
import { Keeper } from '../keeper/keeper.js'
import type { Ended } from '../keeper/outcome.js'
import type { Bytes, SpawnOptions } from '../spawn/options.js'
import { pathOf, prepare } from '../spawn/spawn.js'
import { givenOf } from '../spawn/stdio.js'
import { closeGiven, closeStdio, openStdio } from '../spawn/stdio-plan.js'
import { type SignalName, signalNumber } from '../system/signal-names.js'
import { type CheckedIsolation, groupsFor, levelOf } from './isolation.js'
import type { EndReason } from './outcome.js'

/** The numbers by which Node tells the keeper why it ends a job. The keeper's own are below 16. */
const NUMBERS: Readonly<Record<Exclude<EndReason, 'timeout' | 'signal'>, number>> = {
  abort: 16,
  dispose: 17,
  overflow: 18,
  input: 19,
  idle: 20,
}

/** The parts of a job beside its command. */
export interface JobHooks {
  onEvent(event: KeeperEvent): void
}

/** How a job is kept. */
export interface KeptOptions extends CheckedIsolation {
  leftovers: 'end' | 'wait' | 'keep'
  hooks: JobHooks
}

/** The command of a job. A keeper is its parent, so this process only hears of it. */
export class KeptCommand {
  readonly keeper: Keeper
  /** The exit status of the command, when everything of the job has ended. */
  readonly exited: Promise<ExitStatus>
  #pid: number | undefined
  #status: ExitStatus | undefined
  #failure: Error | undefined
  /** Why the ending has begun, in the keeper's words. */
  #reason: EndReason | undefined
  #hasBegun = false
  /** The reason for which this process has asked for the ending first. The keeper decides whether it came too late. */
  #asked: EndReason | undefined

  /**
   * Starts a keeper, which starts the command.
   *
   * @throws {TypeError | RangeError} if an argument is invalid.
   * @throws {SextonError} if the keeper cannot be started.
   */
  constructor(
    file: Bytes,
    args: readonly Bytes[],
    options: SpawnOptions,
    { leftovers, hooks, ...isolation }: KeptOptions,
  ) {
    const { asked, kinds, strings } = prepare(file, args, options)
    const { killSignal, grace, timeout } = asked
    const level = levelOf(isolation.isolation, options)
    const stdio = openStdio(kinds, asked.uid)
    let groups: JobGroups | undefined
    try {
      groups = groupsFor(isolation, asked.cgroup)
      const cgroup = groups === undefined ? asked.cgroup : groups.cgroup
      this.keeper = Keeper.start(
        { strings, options: asked, fds: stdio.fds, cgroup, groups },
        { isolation: level, leftovers, killSignal, grace, timeout },
        {
          onEvent: (event) => {
            if (event.kind === 'ending') this.#begin(event.reason)
            hooks.onEvent(event)
          },
          pathOf: (step) => pathOf(step, file, options),
        },
      )
      closeGiven(givenOf(kinds))
    } catch (error) {
      closeStdio(stdio)
      if (groups !== undefined) void removeGroups(groups)
      throw error
    }
    const { started, exited, ended } = this.keeper
    started.then(
      (pid) => {
        this.#pid = pid
      },
      () => {},
    )
    // The keeper stays for the processes that were kept, but this process need not.
    void ended.then(() => this.keeper.unref())
    const stopListening = onAbort(options.signal, () => this.end('abort'))
    this.exited = settle(exited, ended).finally(() => {
      stopListening()
    })
    this.exited.then(
      (status) => {
        this.#status = status
        if (this.#asked !== 'dispose') this.#asked = undefined
      },
      (error: Error) => {
        this.#failure = error
      },
    )
  }

  get pid(): number | undefined {
    return this.#pid
  }

  isStarted(): boolean {
    return this.#pid !== undefined
  }

  get status(): ExitStatus | undefined {
    return this.#status
  }

  get terminationReason(): EndReason | undefined {
    return this.#reason ?? this.#asked
  }

  /**
   * Begins to end everything of the job, unless that has begun.
   *
   * @param signal The signal that begins it. SIGKILL also ends the grace of an ending that has begun.
   */
  end(reason: keyof typeof NUMBERS, signal?: number): void {
    if (!this.#hasBegun) this.#asked ??= reason
    this.keeper.end(NUMBERS[reason], signal)
  }

  /** Begins to end what has outlived the command. */
  endLeftovers(): void {
    this.keeper.end(REASONS.exit)
  }

  /** Sends a signal to the command. Returns whether it still ran when it was asked for. */
  kill(signal: SignalName | number = 'SIGTERM'): boolean {
    const number = signalNumber(signal)
    if (this.#status !== undefined || this.#failure !== undefined) return false
    this.keeper.signal(number)
    return true
  }

  #begin(reason: number): void {
    this.#reason ??= reasonOf(reason)
    this.#hasBegun = true
    this.#asked = undefined
  }

  toString(): string {
    if (this.#pid === undefined) return this.#failure === undefined ? 'starting' : 'not started'
    return `pid ${this.#pid}: ${this.#status ?? this.#failure?.message ?? 'running'}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end('dispose')
    await this.keeper.ended
  }
}

// A keeper that was killed could not end the job: that is a failure, even if the command had exited.
async function settle(exited: Promise<ExitStatus>, ended: Promise<Ended>): Promise<ExitStatus> {
  const { error } = await ended
  if (error instanceof SextonError) throw error
  return await exited
}

function reasonOf(number: number): EndReason | undefined {
  if (number === REASONS.timeout) return 'timeout'
  if (number === REASONS.signal) return 'signal'
  const entry = Object.entries(NUMBERS).find(([, value]) => value === number)
  return entry?.[0] as EndReason | undefined
}
