import { rmSync } from 'node:fs'
import type { ExitStatus } from '../exit/exit-status.js'
import { Zombies } from '../reaping/zombies.js'
import type { Child } from '../spawn/child.js'
import { spawn } from '../spawn/spawn.js'
import type { Stdio } from '../spawn/stdio.js'
import { binding } from '../system/binding.js'
import { closeDescriptor } from '../system/descriptors.js'
import { subreaper } from '../system/subreaper.js'
import { ConsoleSocket } from './console-socket.js'
import { type ContainerEnds, openContainerEnds } from './container-ends.js'
import { runExitCommand } from './exit-command.js'
import { Forwarding } from './forwarding.js'
import type { Holder, Streams } from './holder.js'
import { inheritedDescriptors, passesListenersOn } from './inherited.js'
import { protectFromOom } from './oom-score.js'
import { pidIn } from './pidfile.js'
import { runtimeWords } from './runtime-words.js'
import type { Settings } from './settings.js'

/** This process as the container's parent, by being a subreaper. The container's output is lost if it is killed. */
export class ThisProcess implements Holder {
  readonly #settings: Settings
  readonly #console: ConsoleSocket | undefined
  readonly #ends: ContainerEnds
  readonly #zombies: Zombies
  readonly #forwarding = new Forwarding((signal) => this.#runtime?.kill(signal) ?? false)
  /** The statuses that came before the container's pid was known; none afterwards. */
  #early: Map<number, ExitStatus> | undefined = new Map()
  #awaited: { pid: number; resolve: (status: ExitStatus) => void } | undefined
  #runtime: Child<null, null, null> | undefined
  #unprotect = () => {}

  constructor(settings: Settings) {
    this.#settings = settings
    subreaper.enable()
    this.#zombies = new Zombies()
    void this.#reap()
    this.#console = settings.terminal ? new ConsoleSocket() : undefined
    this.#ends = openContainerEnds(settings)
  }

  get streams(): Streams {
    return this.#ends.ours
  }

  get inFlight(): number | undefined {
    return this.#forwarding.inFlight
  }

  async create(onTerminal: () => void): Promise<ExitStatus> {
    rmSync(this.#settings.containerPidfile, { force: true }) // an earlier container's
    const terminal = this.#awaitTerminal(onTerminal)
    terminal.catch(() => {}) // it is awaited below, with its failure
    const words = runtimeWords(this.#settings, this.#console?.path)
    const standard = this.#ends.theirs.map((fd) => (fd < 0 ? 'ignore' : fd))
    const runtime = spawn(this.#settings.runtime, words, {
      stdio: [...standard, ...inheritedDescriptors(this.#settings)] as Stdio[],
      deathSignal: 'SIGKILL',
      ...this.#settings.surroundings.programs,
      listenPid: passesListenersOn(this.#settings),
    }) as Child<null, null, null>
    this.#runtime = runtime
    this.#ends.closeTheirs()
    this.#unprotect = protectFromOom()
    try {
      return await runtime.exited
    } finally {
      this.#runtime = undefined
      this.#console?.finish()
      await terminal
      this.#console?.close()
    }
  }

  pid(): number | undefined {
    return pidIn(this.#settings.containerPidfile)
  }

  exitOf(pid: number): Promise<ExitStatus> {
    const early = this.#early?.get(pid)
    this.#early = undefined
    if (early !== undefined) return Promise.resolve(early)
    const exited = new Promise<ExitStatus>((resolve) => {
      this.#awaited = { pid, resolve }
    })
    this.#forwarding.turnToContainer((signal) => this.signalContainer(pid, signal))
    return exited
  }

  // No other process can have the pid before the reaper has taken the container's status.
  signalContainer(pid: number, signal: number): void {
    if (this.#awaited?.pid === pid) binding.kill(pid, signal)
  }

  closeInput(): void {
    const { streams } = this
    if (streams.stdin !== undefined) closeDescriptor(streams.stdin)
    streams.stdin = undefined
  }

  // The forwarding goes on: a signal must not end this process before the manager has cleaned up.
  async release(): Promise<number> {
    this.#zombies.close()
    subreaper.disable()
    this.#unprotect()
    const code = await runExitCommand(this.#settings)
    this.#forwarding.close()
    return code
  }

  async #awaitTerminal(onTerminal: () => void): Promise<void> {
    const master = await this.#console?.terminal()
    if (master === undefined) return
    this.streams.stdin = master
    this.streams.stdout = master
    onTerminal()
  }

  async #reap(): Promise<void> {
    for await (const status of this.#zombies) {
      this.#early?.set(status.pid, status)
      if (this.#awaited?.pid !== status.pid) continue
      const { resolve } = this.#awaited
      this.#awaited = undefined
      resolve(status)
    }
  }
}
