import { lstatSync } from 'node:fs'
import { constants } from 'node:os'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { EPERM } from '../base/errors.js'
import { monotonicNow } from '../base/time.js'
import { binding } from '../system/binding.js'
import { readCommandLine, readPids, readProcessFile, readStat } from '../system/proc.js'
import { unlessUnsupported } from '../system/proc-access.js'
import { isZombie } from '../system/proc-formats.js'
import type { ReportedProcess } from './frames.js'
import { hasLimit, hasVariable, type JobMark } from './mark.js'

// The search for the processes of a job by their mark, among all processes of the machine.

const { SIGKILL } = constants.signals

// The searches in a row that must find nothing, and the milliseconds before each. One is not enough: a child that was
// forked during a search is not in its list, and a process that is in the middle of exec has no environment.
const PAUSES = [2, 5, 10, 20, 40] as const

// The most milliseconds that all searches take, and the searches that there are in any case while they find somebody: on
// a busy machine one may take all the time, and those that it has killed are gone in the next one.
const PATIENCE = 5000
const LEAST = 4

// Milliseconds of one part of a search. Then the event loop gets its turn.
const PART = 5

/** The result of a search for the processes of a job. */
export interface Marked {
  killed: ReportedProcess[]
  /** The processes that still live: this user may not kill them, or they do not die. */
  left: ReportedProcess[]
}

/**
 * Kills all processes with the mark of a job, until none is left.
 *
 * @param isSpared Says whether a process lives on: the keeper has the mark too.
 * @returns A promise of what it has found. It resolves after 0.1 to 5 seconds, or later on a busy machine.
 * @throws {SextonError} `ERR_SYSTEM` if no descriptor is free, `ERR_UNSUPPORTED` if `/proc` cannot be read.
 */
export async function killMarked(
  mark: JobMark,
  isSpared: (pid: number) => boolean,
): Promise<Marked> {
  const search = new Search(mark, isSpared)
  const killed = new Map<number, ReportedProcess>()
  const end = monotonicNow() + PATIENCE
  let alive: ReportedProcess[] = []
  for (let inVain = 0, count = 1; inVain < PAUSES.length; count += 1) {
    alive = await search.killAll()
    for (const each of alive) if (each.errno !== EPERM) killed.set(each.pid, each)
    inVain = alive.length === 0 ? inVain + 1 : 0
    if (monotonicNow() >= end && (inVain > 0 || count >= LEAST)) break
    await sleep(PAUSES[inVain])
  }
  return { killed: [...killed.values()], left: alive }
}

/** Searches that look at no process twice, unless what they saw may change. */
class Search {
  readonly #mark: JobMark
  readonly #isSpared: (pid: number) => boolean
  /**
   * The processes without the mark, and the inodes of their folders: a later process with the same pid has another
   * inode. No exec adds the mark.
   */
  readonly #others = new Map<number, number>()

  constructor(mark: JobMark, isSpared: (pid: number) => boolean) {
    this.#mark = mark
    this.#isSpared = isSpared
  }

  /** Kills the processes of the job that it finds, and gives them. */
  async killAll(): Promise<ReportedProcess[]> {
    const found: ReportedProcess[] = []
    let end = monotonicNow() + PART
    for (const pid of readPids()) {
      if (monotonicNow() > end) {
        await nextTurn()
        end = monotonicNow() + PART
      }
      const marked = unlessUnsupported(() => this.#killIfMarked(pid))
      if (marked !== undefined) found.push(marked)
    }
    return found
  }

  #killIfMarked(pid: number): ReportedProcess | undefined {
    const folder = lstatSync(`/proc/${pid}`, { throwIfNoEntry: false })
    if (folder === undefined || this.#others.get(pid) === folder.ino) return undefined
    if (this.#isSpared(pid)) return undefined
    const environment = readEnvironment(pid, folder.uid)
    if (this.#isMarked(pid, environment)) return this.#kill(pid, folder.uid)
    if (environment) this.#others.set(pid, folder.ino)
    return undefined
  }

  #isMarked(pid: number, environment = ''): boolean {
    const limits = readProcessFile(pid, 'limits') ?? ''
    return hasLimit(limits, this.#mark) || hasVariable(environment, this.#mark)
  }

  // The pidfd is opened first. If its process has ended since, the signal reaches nobody, whoever has the pid now.
  #kill(pid: number, user: number): ReportedProcess | undefined {
    const pidfd = binding.pidfdOpen(pid)
    if (pidfd < 0) return undefined
    try {
      const stat = readStat(pid)
      if (stat === undefined || isZombie(stat)) return undefined
      if (!this.#isMarked(pid, readEnvironment(pid, user))) return undefined
      const { name, state, ppid } = stat
      const command = readCommandLine(pid) // before the signal: the dead have none
      const errno = Math.max(0, -binding.pidfdSend(pidfd, SIGKILL))
      return { pid, name, command, state, ppid, errno }
    } finally {
      binding.closeFd(pidfd)
    }
  }
}

/** Empty in the middle of exec; `undefined` if this user may not read it. */
function readEnvironment(pid: number, user: number): string | undefined {
  const mayRead = [0, user].includes(process.geteuid?.() ?? user)
  return mayRead ? (readProcessFile(pid, 'environ') ?? '') : undefined
}
