import { getSystemErrorName } from 'node:util'
import { commandLine } from '../base/command-line.js'
import { EventQueue } from '../base/event-queue.js'
import type { ExitStatus } from '../exit/exit-status.js'
import type { KeeperEvent } from '../keeper/events.js'
import { LIMIT_BITS, type ReportedProcess } from '../keeper/frames.js'
import type { LimitName } from '../keeper/limits.js'

/** A process that outlived the command of a job. */
export interface JobSurvivor {
  /** Its process id. */
  pid: number
  /** The process id of its parent, when the end of the job reached it. The parent of an orphan is the job's keeper. */
  ppid: number
  /** The command's name, at most 15 bytes. The process chooses it: escape it before writing it to a terminal. */
  name: string
  /**
   * Its command as one line that can be pasted into a shell, unless its words have more than 511 bytes: then their beginning.
   * Empty if it is not known.
   */
  command: string
  /** Its end: by `killSignal`, by `SIGKILL`, or none yet because it still runs. */
  outcome: 'terminated' | 'killed' | 'running'
  /** Why it could not be ended, as the name of an error number (`'EPERM'`); `undefined` if it could, or is still dying. */
  reason?: string
}

/** The reports of a keeper on its job. */
export class JobEvents {
  readonly #survivors = new Map<number, JobSurvivor>()
  #adopted: EventQueue<ExitStatus> | undefined
  #limits = 0
  #isOver = false

  /** @param command The pid of the job's command, which is no survivor. A keeper may end it before its pid is known. */
  survivorsOf(command: number): readonly JobSurvivor[] {
    return [...this.#survivors.values()].filter(({ pid }) => pid !== command)
  }

  /** The limits that the job has hit. */
  get limitsHit(): readonly LimitName[] {
    const names = Object.keys(LIMIT_BITS) as LimitName[]
    return names.filter((name) => (this.#limits & LIMIT_BITS[name]) !== 0)
  }

  /** The orphans of the job, from now on. */
  get adopted(): EventQueue<ExitStatus> {
    this.#adopted ??= new EventQueue()
    if (this.#isOver) this.#adopted.close()
    return this.#adopted
  }

  hear(event: KeeperEvent): void {
    if (event.kind === 'limited') this.#limits = event.limits
    if (event.kind === 'reaped') this.#adopted?.push(event.status)
    if (event.kind !== 'asked' && event.kind !== 'killed' && event.kind !== 'left') return
    const { pid, name, errno } = event.process
    const outcome = OUTCOMES[event.kind]
    const reason = errno === 0 ? {} : { reason: getSystemErrorName(-errno) }
    // The first report tells the parent and the command: later, the parent may have been ended.
    const { ppid, command } = this.#survivors.get(pid) ?? firstOf(event.process)
    this.#survivors.set(pid, { pid, ppid, name, command, outcome, ...reason })
  }

  /** The job has ended. */
  close(): void {
    this.#isOver = true
    this.#adopted?.close()
  }
}

function firstOf({ ppid, command: [file, ...args] }: ReportedProcess): {
  ppid: number
  command: string
} {
  return { ppid, command: file === undefined ? '' : commandLine(file, args) }
}

const OUTCOMES = { asked: 'terminated', killed: 'killed', left: 'running' } as const
