import { fstatSync, rmSync } from 'node:fs'
import type { ExitStatus } from '../../exit/exit-status.js'
import type { HeldContainer } from '../../keeper/held-container.js'
import { readStat } from '../../system/proc.js'
import { runExitCommand } from '../exit-command.js'
import type { Holder } from '../holder.js'
import { pidIn } from '../pidfile.js'
import type { Settings } from '../settings.js'
import { Stage } from '../stage.js'
import { KeptManager } from './kept-manager.js'
import { KeptProcess } from './kept-process.js'
import type { Orphans } from './orphans.js'

/** The facts about a container that its settings do not have. */
export interface Keeping {
  /** Whether an earlier server has begun the creation. */
  isBegun: boolean
  /** Gets the container if the keeper is killed. */
  orphans: Orphans
  /** Removes what a keeper leaves if it is killed. */
  afterLoss: () => void
}

/** A container whose keeper is its parent. It outlives this process. */
export class KeptContainer implements Holder {
  readonly isBegun: boolean
  readonly manager: KeptManager
  readonly inFlight: undefined
  readonly transit: { stage: Stage; relay: number | undefined }
  readonly #settings: Settings
  readonly #held: HeldContainer
  readonly #keeping: Keeping
  #isLost = false
  /** The container, while it runs. If the keeper is killed, this tells how it ends. */
  #process: KeptProcess | undefined

  constructor(settings: Settings, held: HeldContainer, keeping: Keeping) {
    this.#settings = settings
    this.#held = held
    this.#keeping = keeping
    this.isBegun = keeping.isBegun
    this.manager = new KeptManager(held)
    this.transit = { stage: new Stage(held.fd('stage') as number), relay: held.fd('relay') }
    void held.lost.then(() => {
      this.#isLost = true
    })
  }

  get streams() {
    return this.#held.streams
  }

  async create(onTerminal: () => void): Promise<ExitStatus> {
    // An earlier container's. Once the runtime runs, the file is for the keeper.
    if (!this.isBegun) rmSync(this.#settings.containerPidfile, { force: true })
    try {
      return await this.#held.create(onTerminal)
    } catch (error) {
      if (this.#isLost) await this.#settle()
      throw error
    }
  }

  pid(): number | undefined {
    return this.#held.container ?? (this.#isLost ? this.#remainder() : undefined)
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
      const status = await this.#process?.end()
      if (status === undefined) throw error
      return status
    } finally {
      this.#process?.close()
      this.#process = undefined
    }
  }

  signalContainer(pid: number, signal: number): void {
    if (!this.#isLost) this.#held.signalContainer(pid, signal)
    else this.#process?.signal(signal)
  }

  closeInput(): void {
    this.#held.closeInput()
  }

  async release(): Promise<number> {
    this.transit.stage.close()
    await this.manager.done()
    this.#held.manager.advance(3)
    this.#held.release()
    await this.#held.gone
    if (this.#held.isFinished) return 0
    this.#keeping.afterLoss()
    return runExitCommand(this.#settings)
  }

  #open(pid: number): KeptProcess | undefined {
    return KeptProcess.open(pid, this.#held.keeper, this.#keeping.orphans)
  }

  /** Waits until the runtime has died with its keeper: it may be about to write the pid of a container. */
  async #settle(): Promise<void> {
    await this.#held.dead
    const { runtimePid } = this.#held
    const runtime = runtimePid === undefined ? undefined : this.#open(runtimePid)
    await runtime?.end()
    runtime?.close()
  }

  /** The container that the runtime had made when it died, if it is a child of this process now. */
  #remainder(): number | undefined {
    const pid = pidIn(this.#settings.containerPidfile)
    return pid !== undefined && readStat(pid)?.ppid === process.pid ? pid : undefined
  }
}
