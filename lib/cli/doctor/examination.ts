import { statSync } from 'node:fs'
import { constants, release } from 'node:os'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { attempt, SextonError } from '../../base/errors.js'
import { type Backend, backend } from '../../exit/backend.js'
import { keeperExecutable } from '../../keeper/executable.js'
import {
  readCommandLine,
  readProcessFile,
  readProcessLink,
  readTaskChildren,
  readTasks,
} from '../../system/proc.js'
import { subreaper } from '../../system/subreaper.js'
import { lingering } from '../tree/guilty.js'
import { readSnapshot, type TreeProcess } from '../tree/snapshot.js'
import {
  isDiscarded,
  lookAtSignals,
  type Reception,
  receptionOf,
  type SignalLook,
} from './reception.js'
import { hasSignal, readStatus } from './status.js'

const { SIGCHLD, SIGTERM, SIGHUP, SIGALRM } = constants.signals
const SIGRTMAX = 64

/**
 * Milliseconds before the signals of a process that seems to discard SIGTERM are checked again. An init that wakes
 * up now and then, such as tini, leaves its wait for some microseconds.
 */
const SECOND_LOOK = 20

/** A zombie, and the thread that must reap it. */
export interface Corpse {
  pid: number
  name: string
  /** Seconds since it started. */
  ageSeconds: number
  /**
   * `'adopted'`: an orphan that its parent did not start. `'worker'`: started by a living worker thread of its
   * parent. `'main'`: started by the main thread, or by a thread that has exited, or an orphan that does not look
   * like one.
   */
  whose: 'adopted' | 'worker' | 'main'
}

/** A look at the program of the keeper. */
export interface KeeperLook {
  path: string
  /** Why it was not found there, as the name of an error number (`'ENOENT'`); `null` if it was. */
  error: string | null
}

/** The facts about a process that a diagnosis needs. */
export interface Examination {
  pid: number
  name: string
  command: string[]
  state: string
  /** The pid of its tracer; 0 if nobody traces it. */
  tracer: number
  /** Whether it is PID 1 of its PID namespace. */
  init: boolean
  /** Whether it is a subreaper; `null` if that is not visible from outside. */
  subreaper: boolean | null
  /** Whether it runs Node. */
  node: boolean
  /** Whether it has loaded sexton's addon; `null` if this user may not see that. */
  sexton: boolean | null
  /** How it receives SIGCHLD. */
  sigchld: Reception
  /** How it receives SIGTERM. */
  sigterm: Reception
  /** Whether it handles all terminating signals, including realtime ones, as `sexton/init` and `pid1` do. */
  handlesAll: boolean
  /** Whether one of its threads waits for any child by wait(2). */
  waitsForChildren: boolean
  kernel: string
  seccomp: 'none' | 'strict' | 'filter'
  /** The back-end that works in its sandbox; `null` if that sandbox is not this program's. */
  backend: Backend | null
  /** The keeper of this package, which jobs need; `null` if it examines another process. */
  keeper: KeeperLook | null
  zombies: Corpse[]
}

/**
 * Examines a process.
 *
 * @throws {SextonError} `ERR_NO_SUCH_PROCESS` if it does not exist.
 */
export async function examine(pid: number): Promise<Examination> {
  const snapshot = readSnapshot(pid)
  const look = await lookTwice(pid)
  const root = snapshot?.processes[0]
  if (snapshot === undefined || look === undefined || root === undefined) {
    throw new SextonError('ERR_NO_SUCH_PROCESS', `doctor: no process ${pid}`, { pid })
  }
  const { status } = look
  const zombies = await zombiesOf(pid, snapshot.processes)
  const init = status.innerPid === 1
  const self = pid === process.pid
  return {
    ...{ pid, name: root.name, command: root.command, state: root.state, tracer: status.tracer },
    init,
    subreaper: self ? subreaper.enabled : adoptsThough(zombies, snapshot.processes, pid, init),
    node: isNode(pid),
    sexton: hasAddon(pid),
    ...signalsOf(look),
    kernel: release(),
    seccomp: (['none', 'strict', 'filter'] as const)[status.seccomp] ?? 'filter',
    backend: self || status.seccomp === readStatus(process.pid)?.seccomp ? backend() : null,
    keeper: self ? lookAtKeeper() : null,
    zombies,
  }
}

function lookAtKeeper(): KeeperLook {
  const { path = '' } = attempt(keeperExecutable)
  try {
    statSync(path)
    return { path, error: null }
  } catch (error) {
    return { path, error: String((error as NodeJS.ErrnoException).code) }
  }
}

async function zombiesOf(pid: number, processes: readonly TreeProcess[]): Promise<Corpse[]> {
  const children = processes.filter((one) => one.ppid === pid && one.zombie)
  const lasting = await lingering(children)
  const ofMain = new Set(readTaskChildren(pid, pid))
  const workers = (readTasks(pid) ?? []).filter((tid) => tid !== pid)
  const ofWorkers = new Set(workers.flatMap((tid) => readTaskChildren(pid, tid) ?? []))
  return lasting.map((zombie) => {
    const { name, age, orphan } = zombie
    const isWorkers = ofWorkers.has(zombie.pid) && !ofMain.has(zombie.pid)
    const whose = isWorkers ? 'worker' : orphan ? 'adopted' : 'main'
    return { pid: zombie.pid, name, ageSeconds: Math.round(age), whose }
  })
}

// The kernel does not show the attribute. But a process that has adopted an orphan and is not an init must have it.
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
  const file = readProcessLink(pid, 'exe')?.replace(/ \(deleted\)$/, '')
  return file ?? readCommandLine(pid)[0] ?? '' // other users may not read the link
}

function hasAddon(pid: number): boolean | null {
  const maps = attempt(() => readProcessFile(pid, 'maps'))
  return typeof maps === 'string' ? /\/sexton(\.\w+)?\.node( \(deleted\))?$/m.test(maps) : null
}

function signalsOf(
  look: SignalLook,
): Pick<Examination, 'sigchld' | 'sigterm' | 'handlesAll' | 'waitsForChildren'> {
  const { main, others, status } = look
  return {
    // If SIGCHLD is ignored, the kernel reaps every child at once, even if a thread waits for the signal.
    sigchld: hasSignal(status.ignored, SIGCHLD) ? 'ignored' : receptionOf(SIGCHLD, look),
    sigterm: receptionOf(SIGTERM, look),
    handlesAll: [SIGHUP, SIGALRM, SIGRTMAX].every((signal) => hasSignal(status.caught, signal)),
    waitsForChildren: [main, ...others].some((wait) => wait.for === 'children'),
  }
}

async function lookTwice(pid: number): Promise<SignalLook | undefined> {
  const look = lookAtSignals(pid)
  if (look === undefined || !isDiscarded(receptionOf(SIGTERM, look))) return look
  await delay(SECOND_LOOK)
  return lookAtSignals(pid)
}
