import { getSystemErrorName } from 'node:util'
import { EPERM, SextonError } from '../base/errors.js'
import type { ReportedProcess } from './frames.js'
import { directoriesOf, type JobGroups } from './groups.js'
import { killCgroup, killMembers } from './kill-cgroup.js'
import type { JobMark } from './mark.js'
import { killMarked, type Marked } from './search.js'

/** A report of a process that its keeper did not end. */
export type RemainsEvent = { kind: 'killed' | 'left'; process: ReportedProcess }

/** The cgroups in which the processes of a job may be found. */
export interface Places {
  /** The group of version 2 that is the job's alone. */
  cgroup: string | undefined
  groups: JobGroups | undefined
}

/** Functions of the owner of a job's remains. */
export interface RemainsHooks {
  onEvent(event: RemainsEvent): void
  /** Says whether a pid is that of the keeper, which still lives. */
  isKeeper(pid: number): boolean
}

/** The processes of a job that its keeper did not end. */
export class Remains {
  readonly #mark: JobMark
  readonly #places: Places
  readonly #hooks: RemainsHooks
  #left: ReportedProcess[] = []
  #unseen: ReportedProcess | undefined
  #searchFailure: unknown

  constructor(mark: JobMark, places: Places, hooks: RemainsHooks) {
    this.#mark = mark
    this.#places = places
    this.#hooks = hooks
  }

  /**
   * Adds a process that the keeper could not end. One without a pid is told of by `settle()`: the keeper could not read
   * `/proc`, and the mark may show more.
   */
  add(process: ReportedProcess): void {
    if (process.pid === 0) {
      this.#unseen = process
      return
    }
    this.#left.push(process)
    this.#hooks.onEvent({ kind: 'left', process })
  }

  /** Ends what the keeper could not see. Gives how many processes are left, of those that the keeper has counted. */
  async settle(counted: number): Promise<number> {
    if (this.#unseen === undefined || (await this.endByMark()) > 0) return this.#left.length
    this.#hooks.onEvent({ kind: 'left', process: this.#unseen })
    return counted
  }

  /** Ends the processes that have the mark of the job. Gives how many it has found. */
  async endByMark(): Promise<number> {
    const { killed, left } = await this.#killAll()
    for (const process of killed) this.#hooks.onEvent({ kind: 'killed', process })
    for (const process of left) this.#hooks.onEvent({ kind: 'left', process })
    this.#left = left
    return killed.length + left.length
  }

  get count(): number {
    return this.#left.length
  }

  /** The processes that are left, for a message. */
  get names(): string {
    const names = this.#left.map(({ name, pid, errno }) => {
      const reason = errno === 0 ? '' : `, ${getSystemErrorName(-errno)}`
      return `${name} (pid ${pid}${reason})`
    })
    return names.join(', ')
  }

  /** The reason why the last search by the mark has failed; `undefined` if it has not. Then nothing is known. */
  get searchFailure(): unknown {
    return this.#searchFailure
  }

  // A search needs a free descriptor, and /proc.
  async #killAll(): Promise<Marked> {
    const { cgroup, groups } = this.#places
    try {
      const marked = await killMarked(this.#mark, this.#hooks.isKeeper)
      if (cgroup !== undefined) await killCgroup(cgroup)
      else for (const directory of directoriesOf(groups)) await killMembers(directory)
      return marked
    } catch (failure) {
      this.#searchFailure = failure
      return { killed: [], left: [] }
    }
  }

  /** The failure of a job whose command has not exited. */
  failure(keeper: number): SextonError {
    const names = this.#left.length === 0 ? '' : `: ${this.names}`
    const message = `the command of a job could not be ended by its keeper${names}`
    const refused = this.#left.find(({ errno }) => errno === EPERM)
    if (refused === undefined) return new SextonError('ERR_SYSTEM', message, { pid: keeper })
    const { pid, errno } = refused
    return new SextonError('ERR_NOT_PERMITTED', message, {
      pid,
      errno,
      syscall: 'pidfd_send_signal',
    })
  }
}
