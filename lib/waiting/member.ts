import { constants } from 'node:os'
import { attempt, SextonError } from '../base/errors.js'
import { readStat, readTaskFile, readTasks } from '../system/proc.js'
import { unlessHidden } from '../system/proc-access.js'
import { isZombie, type ProcessStat, parseStat } from '../system/proc-formats.js'
import type { Observation } from './observation.js'

/** A process that `terminate()` has ended. */
export interface EndedProcess {
  /** Its process id, which may belong to a later process by now. */
  pid: number
  /** The command's name, at most 15 bytes: see `Descendant`. Empty if the system does not show it. */
  name: string
  /** `'killed'` if it got SIGKILL, `'terminated'` if it got `killSignal` alone. */
  how: 'terminated' | 'killed'
}

/** A process that `terminate()` could not end. */
export interface UnreachedProcess {
  /** Its process id. */
  pid: number
  /** The command's name: see `EndedProcess`. */
  name: string
  /**
   * The cause. `'not-permitted'`: this user may not signal it. `'survived'`: it still ran a while after SIGKILL, for
   * example because it hangs in the kernel. `'caller'`: it is a member of the group, and this process or an ancestor
   * of this process.
   */
  reason: 'not-permitted' | 'survived' | 'caller'
}

const { SIGSTOP, SIGCONT, SIGKILL } = constants.signals

// Stopped, stopped for a tracer, dead.
const STANDING = 'TtZX'

/** A process that must end. It holds the process, so its signals never reach a later one with the pid. */
export class Member {
  readonly pid: number
  /** Its start time; `undefined` if the system does not show it. */
  readonly startTime: number | undefined
  /** Its stat line at the last look; `undefined` if the system does not show it. */
  stat: ProcessStat | undefined
  /** The last signal that asked it to end. */
  asked: number | undefined
  how: EndedProcess['how'] | undefined
  reason: UnreachedProcess['reason'] | undefined
  readonly #observation: Observation
  #hasEnded = false
  #isStopped = false

  constructor(observation: Observation, stat: ProcessStat | undefined) {
    this.pid = observation.pid
    this.startTime = stat?.startTime
    this.stat = stat
    this.#observation = observation
  }

  get name(): string {
    return this.stat?.name ?? ''
  }

  /** Whether it lives. Once it has died, the pid is not looked at any more. */
  get isAlive(): boolean {
    this.#hasEnded ||= this.#observation.check()
    return !this.#hasEnded
  }

  onEnd(callback: () => void): void {
    const end = () => {
      this.#hasEnded = true
      callback()
    }
    this.#observation.exited.then(end, end)
  }

  /** Stops the process unless it is stopped already. An abort must not continue what another process has stopped. */
  halt(): void {
    if (this.stateOfThreads() !== 'standing' && this.#send(SIGSTOP)) this.#isStopped = true
  }

  /** Sends the signal that asks it to end. */
  ask(signal: number): void {
    this.asked = signal
    if (this.#send(signal)) this.how = signal === SIGKILL ? 'killed' : 'terminated'
  }

  /** Continues the process, whoever has stopped it. */
  resume(): void {
    if (this.reason === undefined) this.#send(SIGCONT)
    this.#isStopped = false
  }

  /** Ends the observation. A process that is still stopped by this member continues. */
  close(): void {
    if (this.#isStopped) attempt(() => this.resume())
    this.#observation.stop()
  }

  /**
   * Says whether the process can fork: not if all its threads are stopped (`'standing'`). A thread that is `'waiting'`
   * cannot be stopped for now. It may be in vfork(2), where it waits for a child that is stopped.
   */
  stateOfThreads(): 'standing' | 'waiting' | 'running' {
    const stat = unlessHidden(() => readStat(this.pid))
    if (stat === undefined || stat.startTime !== this.startTime || isZombie(stat)) return 'standing'
    const states = stat.threads > 1 ? threadStates(this.pid) : [stat.state]
    if (states.every((state) => STANDING.includes(state))) return 'standing'
    return states.every((state) => state === 'D' || STANDING.includes(state))
      ? 'waiting'
      : 'running'
  }

  // The first refusal is final. A SIGCONT after it would succeed within the session, and would change nothing.
  #send(signal: number): boolean {
    const sent = attempt(() => this.#observation.kill(signal))
    if (!(sent instanceof SextonError)) return sent
    if (sent.code !== 'ERR_NOT_PERMITTED') throw sent
    this.reason = 'not-permitted'
    return false
  }
}

function threadStates(pid: number): string[] {
  const threads = unlessHidden(() => readTasks(pid)) ?? []
  const lines = threads.map((tid) => unlessHidden(() => readTaskFile(pid, tid, 'stat')))
  return lines.map((line) => parseStat(line ?? '')?.state ?? 'X')
}
