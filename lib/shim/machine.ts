import { SextonError } from '../base/errors.js'
import { hold } from '../base/process-life.js'
import type { ExitStatus } from '../exit/exit-status.js'
import type { Contract } from './contract.js'
import { reportEnd } from './end-report.js'
import type { Holder } from './holder.js'
import { OomCount } from './oom-count.js'
import type { MessageLevel } from './own-log.js'
import type { Failure } from './reports.js'
import type { Service } from './service.js'
import type { Settings } from './settings.js'

// The life of a container, as its shim sees it:
//
//   starting ──▶ creating ──▶ created ──▶ running ──▶ draining ──▶ exited ──▶ reported
//                    │                                                ▲
//                    └────────────── the runtime failed ──────────────┘
//
// Each state has one method below, in this order, which does the state's work and returns the next one. A container that
// exits early goes through all of them: what happened meanwhile is kept until the state that asks for it.

export type State =
  | 'starting'
  | 'creating'
  | 'created'
  | 'running'
  | 'draining'
  | 'exited'
  | 'reported'

/** The parts that the machine drives. */
export interface Parts {
  settings: Settings
  holder: Holder
  service: Service
  contract: Contract
  /** Called when clients may come, and nothing of the container has begun. */
  onReady?: () => void
}

export class Machine {
  readonly #parts: Parts
  #state: State = 'starting'
  #pid = 0
  #exited: Promise<ExitStatus> | undefined
  #kills: OomCount | undefined
  #failure: Failure | undefined
  #status: ExitStatus | undefined
  #isTimedOut = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Lives through all states. Returns the exit code of this process. */
  async run(): Promise<number> {
    const release = hold()
    while (this.#state !== 'reported') {
      this.#state = await this.#work(this.#state)
      this.#parts.contract.ownLog.write('debug', `state: ${this.#state}`)
    }
    const code = await this.#leave()
    release()
    return code
  }

  #work(state: Exclude<State, 'reported'>): Promise<State> {
    switch (state) {
      case 'starting':
        return this.#start()
      case 'creating':
        return this.#create()
      case 'created':
        return this.#greet()
      case 'running':
        return this.#await()
      case 'draining':
        return this.#drain()
      case 'exited':
        return this.#report()
    }
  }

  /** starting: whatever a client may look for exists before the container does. */
  async #start(): Promise<State> {
    const { holder, service, contract, onReady } = this.#parts
    contract.reports.prepare()
    service.open()
    service.listen()
    onReady?.()
    if (!holder.isBegun) await contract.reports.begin()
    return 'creating'
  }

  /** creating: the runtime makes the container, and exits. */
  async #create(): Promise<State> {
    const { holder, service } = this.#parts
    try {
      const status = await holder.create(() => service.listenToTerminal())
      if (status.success) {
        this.#pid = this.#created()
        return 'created'
      }
      this.#failure = { text: await service.takeComplaint(), runtime: status }
    } catch (error) {
      this.#failure = { text: (error as Error).message }
    }
    const container = await this.#endRemainder()
    if (container !== undefined) this.#failure.container = container
    if (holder.inFlight !== undefined) this.#failure.signal = holder.inFlight
    return 'exited'
  }

  #created(): number {
    const { holder, settings } = this.#parts
    const pid = holder.pid()
    if (pid !== undefined) return pid
    const path = settings.containerPidfile
    throw new SextonError('ERR_SYSTEM', `the runtime left no process id in ${path}`, { path })
  }

  /** Ends a container whose runtime was killed when it had just made it: nobody would ever hear of it. */
  async #endRemainder(): Promise<ExitStatus | undefined> {
    const { holder } = this.#parts
    const pid = holder.pid()
    if (pid === undefined) return undefined
    const exited = holder.exitOf(pid)
    holder.signalContainer(pid, KILL)
    return exited
  }

  /** created: the container's end is awaited before anybody hears of its pid. */
  async #greet(): Promise<State> {
    const { settings, holder, service, contract } = this.#parts
    this.#exited = holder.exitOf(this.#pid)
    if (settings.mode !== 'exec') this.#kills = new OomCount(this.#pid)
    service.serve()
    contract.reports.tellPid(this.#pid)
    contract.ownLog.write('info', `container PID: ${this.#pid}`)
    return 'running'
  }

  /** running: the container lives, for as long as it may. */
  async #await(): Promise<State> {
    const { settings, holder, service } = this.#parts
    const { timeout = 0 } = settings
    const expire = () => {
      this.#isTimedOut = true
      holder.signalContainer(this.#pid, KILL)
    }
    const rest = Math.max(timeout * 1000 - (holder.age ?? 0), 1)
    const timer = timeout > 0 ? setTimeout(expire, rest) : undefined
    this.#status = await this.#exited?.catch((error) => {
      service.complain(error) // nobody can tell how it has ended
      return undefined
    })
    clearTimeout(timer)
    return 'draining'
  }

  /** draining: the container has ended, but not all of its output was read. */
  async #drain(): Promise<State> {
    await this.#parts.service.drain()
    return 'exited'
  }

  /** exited: the manager learns of the end, by files and by the pipe. */
  async #report(): Promise<State> {
    const { service, contract } = this.#parts
    const { reports, ownLog } = contract
    ownLog.write(...this.#summary())
    const lacksMemory = this.#kills?.hasGrown() ?? false
    const end = { status: this.#status, isTimedOut: this.#isTimedOut, lacksMemory }
    const complain = (error: unknown) => service.complain(error)
    let reported = Promise.resolve()
    if (this.#failure !== undefined) reports.tellFailure(this.#failure)
    else reported = reportEnd(end, reports, complain)
    await service.close().catch(complain)
    await reported
    reports.close()
    return 'reported'
  }

  /** reported: the manager cleans up. Nothing of the container may be held by then, or the manager would wait for it. */
  async #leave(): Promise<number> {
    const { settings, holder } = this.#parts
    const cleaned = await holder.release()
    if (cleaned !== 0) return cleaned
    if (this.#failure !== undefined) return 1
    if (!settings.sync) return 0
    return this.#isTimedOut ? 255 : (this.#status?.toShellCode() ?? 1)
  }

  #summary(): [level: MessageLevel, text: string] {
    if (this.#failure !== undefined) return ['warn', `no container: ${this.#failure.text}`]
    const code = this.#status?.toShellCode() ?? 'unknown'
    return ['info', `container ${this.#pid} exited with status ${code}`]
  }
}

const KILL = 9
