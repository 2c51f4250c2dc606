import { readFileSync, readlinkSync } from 'node:fs'
import { constants, release } from 'node:os'
import { basename } from 'node:path'
import { SextonError } from '../../errors.js'
import { type Backend, backend } from '../../exit-watch/backend.js'
import { readCommandLine, readTaskChildren, readTasks } from '../../proc.js'
import { subreaper } from '../../subreaper.js'
import { lingering } from '../tree/guilty.js'
import { readSnapshot, type TreeProcess } from '../tree/snapshot.js'
import { hasSignal, readStatus, type Status } from './status.js'

const { SIGCHLD, SIGTERM } = constants.signals

/** A dead child, and whose it is to reap. */
export interface Corpse {
  pid: number
  name: string
  /** Seconds since it was started. */
  ageSeconds: number
  /**
   * `'adopted'`: nobody here started it. `'worker'`: a thread of its parent did that is not the main one.
   * `'main'`: its main thread did, or a thread that has ended; or an orphan that does not look like one.
   */
  whose: 'adopted' | 'worker' | 'main'
}

/** What there is to be seen of a process. */
export interface Examination {
  pid: number
  name: string
  command: string[]
  state: string
  /** The process that traces it; 0 if none does. */
  tracer: number
  /** Whether it is PID 1 of its PID namespace. */
  init: boolean
  /** Whether orphans come to it; `null` where it cannot be seen from outside. */
  subreaper: boolean | null
  /** Whether it is Node. */
  node: boolean
  /** Whether it has loaded sexton's addon; `null` where that may not be seen. */
  sexton: boolean | null
  /** What SIGCHLD meets: `'ignored'`, or `'blocked'` in every thread, and its children's ends are not heard. */
  childSignal: 'ignored' | 'blocked' | 'free'
  /** Whether SIGTERM has any effect, of handlers, or of the default action, which PID 1 has not. */
  endsByTerm: boolean
  kernel: string
  seccomp: 'none' | 'strict' | 'filter'
  /** The back-end that is possible here; `null` where another sandbox than ours decides. */
  backend: Backend | null
  zombies: Corpse[]
}

/**
 * Looks at a process.
 *
 * @throws {SextonError} `ERR_NO_SUCH_PROCESS`
 */
export async function examine(pid: number): Promise<Examination> {
  const snapshot = readSnapshot(pid)
  const status = readStatus(`/proc/${pid}`)
  const root = snapshot?.processes[0]
  if (snapshot === undefined || status === undefined || root === undefined) {
    throw new SextonError('ERR_NO_SUCH_PROCESS', `doctor: there is no process ${pid}`, { pid })
  }
  const zombies = await zombiesOf(pid, snapshot.processes)
  const init = status.innerPid === 1
  const self = pid === process.pid
  return {
    ...{ pid, name: root.name, command: root.command, state: root.state, tracer: status.tracer },
    init,
    subreaper: self ? subreaper.enabled : adoptsThough(zombies, snapshot.processes, pid, init),
    node: isNode(pid),
    sexton: hasAddon(pid),
    childSignal: childSignal(pid, status),
    endsByTerm: endsByTerm(status, init),
    kernel: release(),
    seccomp: (['none', 'strict', 'filter'] as const)[status.seccomp] ?? 'filter',
    backend: self || status.seccomp === readStatus('/proc/self')?.seccomp ? backend() : null,
    zombies,
  }
}

async function zombiesOf(pid: number, processes: readonly TreeProcess[]): Promise<Corpse[]> {
  const children = processes.filter((one) => one.ppid === pid && one.zombie)
  const lasting = await lingering(children)
  const ofMain = new Set(readTaskChildren(pid, pid))
  const workers = readTasks(pid).filter((tid) => tid !== String(pid))
  const ofWorkers = new Set(workers.flatMap((tid) => readTaskChildren(pid, tid) ?? []))
  return lasting.map((zombie) => {
    const { name, age, orphan } = zombie
    const isWorkers = ofWorkers.has(zombie.pid) && !ofMain.has(zombie.pid)
    const whose = isWorkers ? 'worker' : orphan ? 'adopted' : 'main'
    return { pid: zombie.pid, name, ageSeconds: Math.round(age), whose }
  })
}

// The kernel does not show the attribute. Who has adopted someone, and is no init, must have it.
function adoptsThough(
  zombies: readonly Corpse[],
  processes: readonly TreeProcess[],
  pid: number,
  init: boolean,
): boolean | null {
  if (init) return null
  const adopted = processes.some((one) => one.ppid === pid && one.orphan)
  return adopted || zombies.some(({ whose }) => whose === 'adopted') ? true : null
}

function isNode(pid: number): boolean {
  return /^node(js)?$/.test(basename(programOf(pid)))
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')
  } catch {
    return readCommandLine(pid)[0] ?? '' // only its own user may see which file it is
  }
}

function hasAddon(pid: number): boolean | null {
  try {
    return /\/sexton(\.\w+)?\.node$/m.test(readFileSync(`/proc/${pid}/maps`, 'utf8'))
  } catch {
    return null
  }
}

// Any thread that lets it in is enough.
function childSignal(pid: number, { ignored }: Status): Examination['childSignal'] {
  if (hasSignal(ignored, SIGCHLD)) return 'ignored'
  const threads = readTasks(pid).map((tid) => readStatus(`/proc/${pid}/task/${tid}`))
  const blocked = threads.every((one) => one === undefined || hasSignal(one.blocked, SIGCHLD))
  return threads.length > 0 && blocked ? 'blocked' : 'free'
}

function endsByTerm({ caught, ignored }: Status, init: boolean): boolean {
  return hasSignal(caught, SIGTERM) || !(init || hasSignal(ignored, SIGTERM))
}
