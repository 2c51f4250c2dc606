import { fstatSync, rmSync } from 'node:fs'
import type { ExitStatus } from '../../exit/exit-status.js'
import type { HeldContainer } from '../../keeper/held-container.js'
import { binding } from '../../system/binding.js'
import { closeDescriptor } from '../../system/descriptors.js'
import { readStat } from '../../system/proc.js'
import { runExitCommand } from '../exit-command.js'
import type { Holder } from '../holder.js'
import type { Manager } from '../manager-pipe.js'
import { ManagerPipe } from '../manager-pipe.js'
import { Pollable } from '../pollable.js'
import type { Settings } from '../settings.js'
import { Stage } from '../stage.js'

/** A container whose keeper is its parent. It outlives this process. */
export class KeptContainer implements Holder {
  readonly isBegun: boolean
  readonly inFlight: undefined
  readonly transit: { stage: Stage; relay: number | undefined }
  readonly #settings: Settings
  readonly #held: HeldContainer
  readonly #afterLoss: () => void
  #isLost = false
  /** The container, while it runs. If the keeper is killed, this tells when it ends. */
  #process: Pollable | undefined

  /**
   * @param isBegun Whether an earlier server has begun the creation.
   * @param afterLoss Removes what a keeper leaves if it is killed.
   */
  constructor(settings: Settings, held: HeldContainer, isBegun: boolean, afterLoss: () => void) {
    this.#settings = settings
    this.#held = held
    this.#afterLoss = afterLoss
    this.isBegun = isBegun
    this.transit = { stage: new Stage(held.fd('stage') as number), relay: held.fd('relay') }
    void held.lost.then(() => {
      this.#isLost = true
    })
  }

  get streams() {
    return this.#held.streams
  }

  /** The way to the manager, which leads through the keeper as long as that lives. */
  get manager(): Manager {
    const held = this.#held
    return {
      write: (text, progress) => {
        if (!this.#isLost) held.tell(progress, text)
        else if (held.progress < progress) new ManagerPipe(held.fd('manager')).write(text)
      },
      close: () => held.drop('manager'),
    }
  }

  create(onTerminal: () => void): Promise<ExitStatus> {
    // An earlier container's. Once the runtime runs, the file is for the keeper.
    if (!this.isBegun) rmSync(this.#settings.containerPidfile, { force: true })
    return this.#held.create(onTerminal)
  }

  pid(): number | undefined {
    return this.#held.container
  }

  get age(): number {
    if (!this.isBegun) return 0
    return Date.now() - fstatSync(this.#held.fd('notes') as number).mtimeMs
  }

  async exitOf(pid: number): Promise<ExitStatus> {
    this.#process = this.#open(pid)
    try {
      return await this.#held.exitOf(pid)
    } catch (error) {
      await this.#process?.readable()
      throw error
    } finally {
      this.#closeProcess()
    }
  }

  signalContainer(pid: number, signal: number): void {
    if (!this.#isLost) this.#held.signalContainer(pid, signal)
    else if (this.#process !== undefined) binding.pidfdSend(this.#process.fd, signal)
  }

  closeInput(): void {
    this.#held.closeInput()
  }

  async release(): Promise<number> {
    this.transit.stage.close()
    if (!this.#isLost) this.#held.advance(2)
    this.#held.release()
    await this.#held.gone
    if (!this.#isLost) return 0
    this.#afterLoss()
    return runExitCommand(this.#settings)
  }

  #closeProcess(): void {
    const process = this.#process
    this.#process = undefined
    process?.wake()
    if (process !== undefined) closeDescriptor(process.fd)
  }

  // A child of the keeper is the container, and not a later process with its pid.
  #open(pid: number): Pollable | undefined {
    const fd = binding.pidfdOpen(pid)
    if (fd < 0) return undefined
    if (readStat(pid)?.ppid === this.#held.keeper) return new Pollable(fd)
    closeDescriptor(fd)
    return undefined
  }
}
