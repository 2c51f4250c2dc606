import { readFileSync, rmSync } from 'node:fs'
import { SextonError } from '../base/errors.js'
import { hold } from '../base/process-life.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { Signals } from '../signals/signals.js'
import { runExitCommand } from './exit-command.js'
import { makeExitFolders, writeExitFiles, writeOomFiles } from './exit-files.js'
import type { Holder } from './holder.js'
import type { ManagerPipe, Message } from './manager-pipe.js'
import { OomCount } from './oom-count.js'
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
  /** Hears of the container's pid, or why there is none; for exec, of its exit code too. */
  sync: ManagerPipe
  /** Hears when clients may attach to an exec session. */
  attached: ManagerPipe
  /** Resolves when the manager lets an exec session begin. */
  mayBegin: () => Promise<void>
}

// conmon's exit code of a container that was killed by `--timeout`.
const TIMED_OUT = -1

export class Machine {
  readonly #parts: Parts
  readonly #signals = new Signals(['SIGTERM', 'SIGINT', 'SIGQUIT'])
  #state: State = 'starting'
  #pid = 0
  #exited: Promise<ExitStatus> | undefined
  #kills: OomCount | undefined
  #failure: string | undefined
  #exitCode = 1
  #isTimedOut = false
  /** The last signal that came while there was no container to send it to. */
  #waitingSignal: number | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Lives through all states. Returns the exit code of this process. */
  async run(): Promise<number> {
    const release = hold()
    void this.#forwardSignals()
    while (this.#state !== 'reported') this.#state = await this.#work(this.#state)
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
    const { settings, service, attached, mayBegin } = this.#parts
    makeExitFolders(settings)
    service.open()
    service.listen()
    if (settings['exec-attach']) {
      attached.send({ number: 0, legacyName: 'exit_code' })
      attached.close()
      await mayBegin()
    }
    return 'creating'
  }

  /** creating: the runtime makes the container, and exits. */
  async #create(): Promise<State> {
    const { settings, holder, service } = this.#parts
    rmSync(settings.containerPidfile, { force: true }) // an earlier container's
    try {
      const status = await holder.create(() => service.listenToTerminal())
      if (status.success) {
        this.#pid = readPid(settings.containerPidfile)
        return 'created'
      }
      this.#failure = (await service.takeComplaint()) || describe(status)
    } catch (error) {
      this.#failure = (error as Error).message
    }
    await this.#endRemainder()
    return 'exited'
  }

  /** Ends a container whose runtime was killed when it had just made it: nobody would ever hear of it. */
  async #endRemainder(): Promise<void> {
    const { settings, holder } = this.#parts
    const pid = pidIn(settings.containerPidfile)
    if (pid === undefined) return
    const exited = holder.exitOf(pid)
    holder.signalContainer(pid, KILL)
    await exited
  }

  /** created: the container's end is awaited before anybody hears of its pid. */
  async #greet(): Promise<State> {
    const { settings, holder, service, sync } = this.#parts
    this.#exited = holder.exitOf(this.#pid)
    if (settings.mode !== 'exec') this.#kills = new OomCount(this.#pid)
    service.serve()
    if (this.#waitingSignal !== undefined) holder.signalContainer(this.#pid, this.#waitingSignal)
    if (settings.mode !== 'exec' || settings['api-version']) this.#tell(this.#pid, 'pid')
    if (settings.mode !== 'exec') sync.close() // there is no more to say, and some managers read to the end
    return 'running'
  }

  /** running: the container lives, for as long as it may. */
  async #await(): Promise<State> {
    const { settings, holder } = this.#parts
    const { timeout = 0 } = settings
    const expire = () => {
      this.#isTimedOut = true
      holder.signalContainer(this.#pid, KILL)
    }
    const timer = timeout > 0 ? setTimeout(expire, timeout * 1000) : undefined
    const status = await this.#exited
    clearTimeout(timer)
    this.#exitCode = this.#isTimedOut ? TIMED_OUT : (status?.toShellCode() ?? 1)
    return 'draining'
  }

  /** draining: the container has ended, but not all of its output was read. */
  async #drain(): Promise<State> {
    await this.#parts.service.drain()
    return 'exited'
  }

  /** exited: the manager learns of the end, by files and by the pipe. */
  async #report(): Promise<State> {
    const { settings, service, sync } = this.#parts
    try {
      if (this.#kills?.hasGrown()) writeOomFiles(settings)
      if (this.#failure === undefined) writeExitFiles(settings, this.#exitCode)
    } catch (error) {
      service.complain(error)
    }
    if (this.#failure !== undefined) this.#tell(-1, legacyName(settings), this.#failure)
    else if (this.#isTimedOut && settings.mode === 'exec') this.#tell(-1, 'exit_code', TIMEOUT_TEXT)
    else if (settings.mode === 'exec') this.#tell(this.#exitCode, 'exit_code')
    await service.close().catch((error) => service.complain(error))
    sync.close()
    return 'reported'
  }

  /** reported: the manager cleans up. Nothing of the container may be held by then, or the manager would wait for it. */
  async #leave(): Promise<number> {
    const { settings, holder } = this.#parts
    holder.release()
    const cleaned = await runExitCommand(settings)
    this.#signals.close()
    if (cleaned !== 0) return cleaned
    return settings.sync || this.#failure !== undefined ? this.#exitCode & 0xff : 0
  }

  #tell(number: number, name: Message['legacyName'], text?: string): void {
    const message: Message = { number, legacyName: name }
    this.#parts.sync.send(text === undefined ? message : { ...message, text })
  }

  async #forwardSignals(): Promise<void> {
    for await (const { number } of this.#signals) {
      if (this.#exited !== undefined) this.#parts.holder.signalContainer(this.#pid, number)
      else {
        this.#waitingSignal = number
        this.#parts.holder.signalRuntime(number)
      }
    }
  }
}

const KILL = 9
const TIMEOUT_TEXT = 'command timed out'

function legacyName({ mode }: Settings): Message['legacyName'] {
  return mode === 'exec' ? 'exit_code' : 'pid'
}

function readPid(path: string): number {
  const pid = pidIn(path)
  if (pid !== undefined) return pid
  throw new SextonError('ERR_SYSTEM', `the runtime left no process id in ${path}`, { path })
}

function pidIn(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim()
    return /^[1-9]\d*$/.test(text) ? Number(text) : undefined
  } catch {
    return undefined // the runtime has not written it
  }
}

function describe({ code, signal }: ExitStatus): string {
  return `the runtime ${signal === null ? `exited with code ${code}` : `was ended by ${signal}`}`
}
