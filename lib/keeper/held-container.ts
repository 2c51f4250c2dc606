import { SextonError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { busyError, connectToKeeper } from './adoption.js'
import { HeldDescriptors } from './held-descriptors.js'
import { HeldManager } from './held-manager.js'
import { HoldConnection } from './hold-connection.js'
import { HOLD_VERSION, type HoldReport, SLOTS, type Slot } from './hold-frames.js'
import type { HoldPlan } from './hold-settings.js'
import { type StartedHolder, startHolder } from './hold-start.js'
import { KeeperFacts } from './keeper-facts.js'

// A container whose keeper is its parent, as a server sees it. The server may die at any moment: the next one adopts the
// keeper, and hears everything again that has happened. `hold-frames.ts` has the messages.

/** One container, or one process that was started in it, and its keeper. */
export class HeldContainer {
  readonly manager: HeldManager
  readonly #connection: HoldConnection
  /** The keeper, if this process has started it. */
  readonly #child: OwnedChild | undefined
  readonly #fds = new HeldDescriptors()
  readonly #facts: KeeperFacts
  #isReleased = false

  /**
   * Starts the keeper of a container. This process is its first server. The caller closes the runtime's descriptors, and
   * leaves those in `held` to this object.
   *
   * @throws {TypeError | RangeError} if the plan is not valid.
   * @throws {SextonError} `ERR_UNSUPPORTED`, `ERR_SPAWN_FAILED` or `ERR_SYSTEM` if the system refuses it. Nothing
   *   remains of it.
   */
  static start(plan: HoldPlan): HeldContainer {
    const { child, connection, fds } = startHolder(plan)
    return new HeldContainer(connection, { child, fds, file: plan.runtime.file })
  }

  /**
   * Becomes the server of a keeper whose server has died. All descriptors, and all that has happened, come from the keeper.
   *
   * @param path The path of the keeper's socket.
   * @returns The container, once the keeper has answered.
   * @throws {SextonError} `ERR_SYSTEM` with the `errno`: ECONNREFUSED or ENOENT if the keeper is gone, EBUSY if another
   *   server lives, ECONNRESET if the keeper has just ended, EMFILE if this process has no room for the descriptors.
   *   `ERR_UNSUPPORTED` if the keeper is of another version.
   */
  static async adopt(path: string): Promise<HeldContainer> {
    const container = new HeldContainer(connectToKeeper(path), { fds: {}, file: '' })
    container.#connection.send('adopt', HOLD_VERSION)
    await container.#facts.adoption.made
    return container
  }

  private constructor(
    fd: number,
    { child, fds, file }: Pick<StartedHolder, 'fds'> & { child?: OwnedChild; file: string },
  ) {
    this.#child = child
    this.#facts = new KeeperFacts(child?.pid ?? 0, file, this.#fds)
    this.#fds.take(fds)
    this.#connection = new HoldConnection(fd, {
      onReport: (report) => this.#hear(report),
      onClosed: (error) => this.#facts.end(error, this.#isReleased),
    })
    this.manager = new HeldManager(this.#connection, this.#facts, this.#fds)
  }

  /**
   * This process's ends of the container's streams. With a terminal, `stdin` and `stdout` are it, from `onTerminal` on,
   * and `stderr` is what the runtime says.
   */
  get streams(): HeldDescriptors['streams'] {
    return this.#fds.streams
  }

  /** The keeper's pid. */
  get keeper(): number {
    return this.#facts.adoption.keeper
  }

  /**
   * Resolves when a keeper that this process has started is dead, and its children have their next parent. Resolves at
   * once for the keeper of another server.
   */
  get dead(): Promise<unknown> {
    return this.#child?.exited ?? Promise.resolve()
  }

  /** The state of the runtime, as far as it is known here. */
  get runtime(): 'waiting' | 'running' | 'exited' {
    return this.#facts.creation.runtime
  }

  /** The pid of the runtime, once it has been started. */
  get runtimePid(): number | undefined {
    return this.#facts.creation.runtimePid
  }

  /** The pid of the container's first process, once the runtime has exited and left one; `undefined` otherwise. */
  get container(): number | undefined {
    return this.#facts.creation.container
  }

  /** Resolves if the keeper is killed. The container then has another parent, which takes its status. */
  get lost(): Promise<SextonError> {
    return this.#facts.lost.promise
  }

  /** Whether the keeper has let go after `release()`, and runs the exit command. */
  get isFinished(): boolean {
    return this.#facts.isFinished
  }

  /** Resolves when the connection to the keeper has ended: after `release()`, `disconnect()`, or if it is killed. */
  get gone(): Promise<void> {
    return this.#facts.gone.promise
  }

  /** A descriptor that the keeper holds, as a copy of this process's own; `undefined` if the keeper has none. */
  fd(slot: Slot): number | undefined {
    return this.#fds.get(slot)
  }

  /**
   * Runs the runtime to its end, or awaits the end of one that an earlier server has started.
   *
   * @param onTerminal Called when the terminal is there.
   * @returns The status of the runtime. `container` is known then.
   * @throws {SextonError} `ERR_SPAWN_FAILED` if it could not be started, `ERR_UNSUPPORTED` if the keeper cannot work here,
   *   `ERR_SYSTEM` if the keeper was killed.
   */
  create(onTerminal: () => void): Promise<ExitStatus> {
    this.#facts.onTerminal = onTerminal
    if (this.#fds.get('terminal') !== undefined) onTerminal()
    if (this.runtime === 'waiting') this.#connection.send('create')
    return this.#facts.creation.made
  }

  /**
   * Waits for the container's first process, even if it ended before the call.
   *
   * @throws {SextonError} `ERR_SYSTEM` if the keeper was killed, or if the process is not a child of the keeper.
   */
  async exitOf(pid: number): Promise<ExitStatus> {
    await this.#facts.creation.made
    if (this.container === pid) return this.#facts.ended.promise
    const message = `the process ${pid} is not a child of its keeper ${this.keeper}`
    throw new SextonError('ERR_SYSTEM', message, { pid })
  }

  /** Sends a signal to the container's first process, unless it has ended. */
  signalContainer(pid: number, signal: number): void {
    if (this.container === pid) this.#connection.send('signal', signal)
  }

  /** Passes the end of the input on to the container. */
  closeInput(): void {
    this.drop('stdin')
  }

  /** Closes a descriptor, here and in the keeper. */
  drop(slot: Slot): void {
    this.#connection.send('drop', SLOTS[slot])
    this.#fds.close(slot)
  }

  /** Lets go of everything, here and in the keeper. The keeper runs the exit command, and exits. */
  release(): void {
    this.#isReleased = true
    this.#connection.send('finish')
    this.#fds.closeAll()
  }

  /** Leaves the keeper to the next server. */
  disconnect(): void {
    this.#isReleased = true
    this.#connection.close()
  }

  #hear(report: HoldReport): void {
    if (report.kind === 'busy') this.#connection.close(busyError(report.server))
    else this.#facts.hear(report)
  }
}
