import { compileCommand } from '../../system/compile-command.js'
import type { Corpse, Examination } from './examination.js'
import { isDiscarded } from './reception.js'

/** A finding, with advice if there is something to do. */
export interface Finding {
  level: 'fine' | 'note' | 'wrong'
  message: string
  advice?: string
}

/** Judges the facts, and sorts the findings by severity. */
export function judge(seen: Examination): Finding[] {
  const found = [
    ...zombies(seen),
    childSignal(seen),
    standstill(seen),
    ...role(seen),
    backEnd(seen),
    keeper(seen),
  ].filter((finding) => finding !== undefined)
  const order = ['wrong', 'note', 'fine']
  return found.sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
}

const WHOSE: Readonly<Record<Corpse['whose'], string>> = {
  adopted: 'adopted: orphans that it did not start',
  worker: 'started by one of its living worker threads',
  main: 'started by its main thread or by a thread that has exited, or adopted',
}

function zombies(seen: Examination): Finding[] {
  if (seen.zombies.length === 0) {
    return [{ level: 'fine', message: 'it keeps no zombies' }]
  }
  const kinds = [...new Set(seen.zombies.map(({ whose }) => whose))]
  return kinds.map((kind) => {
    const some = seen.zombies.filter(({ whose }) => whose === kind)
    const message = `${some.length} ${some.length === 1 ? 'zombie' : 'zombies'} ${WHOSE[kind]}`
    return { level: 'wrong', message, advice: zombieAdvice(kind, seen) }
  })
}

function zombieAdvice(kind: Corpse['whose'], { node, sexton, init }: Examination): string {
  if (kind === 'worker') {
    return 'the thread is blocked, or has lost its handles: terminate it, and sexton/init in the main thread reaps them'
  }
  if (node && sexton !== true) return 'start it with: node --import sexton/init'
  if (node) {
    return 'it has loaded sexton, which does not reap: check whether its event loop is blocked, or start it with: node --import sexton/init'
  }
  if (init) return 'put an init in front of it: pid1 -- COMMAND'
  return 'it does not wait for its children, and no init can reap them while it lives: fix it or restart it'
}

function childSignal({ sigchld, node, waitsForChildren }: Examination): Finding {
  if (sigchld === 'ignored') {
    return {
      level: 'wrong',
      message: 'SIGCHLD is ignored: its children exit without a status, and waits for them fail',
      advice: 'start it with the default: env --default-signal=CHLD COMMAND',
    }
  }
  if (sigchld === 'awaited') {
    return { level: 'fine', message: 'it waits for SIGCHLD by sigwait(3) or a signalfd' }
  }
  if (sigchld !== 'blocked') {
    return { level: 'fine', message: 'SIGCHLD is neither ignored nor blocked' }
  }
  if (node) {
    return {
      level: 'wrong',
      message: 'SIGCHLD is blocked in every thread: Node is never told that a child has exited',
      advice:
        'a library must have blocked it, because Node unblocks it at start: import sexton, which unblocks it again',
    }
  }
  if (waitsForChildren) {
    return { level: 'fine', message: 'SIGCHLD is blocked, but a thread waits for its children' }
  }
  return {
    level: 'note',
    message:
      'SIGCHLD is blocked in every thread: it may or may not learn in another way that a child has exited',
    advice: 'if it keeps zombies, unblock SIGCHLD in its parent before it starts',
  }
}

function standstill({ state, tracer }: Examination): Finding | undefined {
  if (tracer !== 0) {
    return {
      level: 'note',
      message: `process ${tracer} traces it: while it is stopped it reaps nothing`,
    }
  }
  if (state !== 'T') return undefined
  return {
    level: 'wrong',
    message: 'it is stopped and reaps nothing',
    advice: 'resume it: kill -CONT PID',
  }
}

function role(seen: Examination): Finding[] {
  const { init, subreaper } = seen
  if (!init) {
    const unknown = subreaper === null ? 'it may or may not be a subreaper' : undefined
    const known = subreaper ? 'it is a subreaper and adopts orphans' : 'it is not a subreaper'
    return [{ level: 'fine', message: `it is not PID 1; ${unknown ?? known}` }]
  }
  return [
    { level: 'fine', message: 'it is PID 1 of its namespace and adopts orphans' },
    termination(seen),
  ]
}

const UNSEEN = 'SIGTERM may or may not reach it'

function termination({ sigterm, node, handlesAll }: Examination): Finding {
  if (isDiscarded(sigterm)) {
    return {
      level: 'wrong',
      message:
        'SIGTERM has no effect on it: it is PID 1, without default actions, and has no handler',
      advice: 'put an init in front of it: pid1 -- COMMAND',
    }
  }
  if (sigterm === 'unknown') {
    const message = `${UNSEEN}: this user may not see which signals it waits for`
    return { level: 'note', message, advice: 'run sexton doctor as root' }
  }
  if (sigterm === 'blocked') {
    return { level: 'note', message: `${UNSEEN}: every thread blocks it, but may accept it later` }
  }
  // Node's own handler does not end PID 1. From outside, a listener of the program looks the same.
  if (node && !handlesAll) {
    return {
      level: 'note',
      message: 'it is Node as PID 1: SIGTERM ends it only if the program listens to it',
      advice: 'start it with: node --import sexton/init',
    }
  }
  const how = sigterm === 'handled' ? 'it has a handler' : 'it waits for it'
  return { level: 'fine', message: `SIGTERM reaches it: ${how}` }
}

function backEnd({ backend, kernel, seccomp }: Examination): Finding {
  const where = `Linux ${kernel}, seccomp: ${seccomp}`
  if (backend === 'pidfd') return { level: 'fine', message: `back-end pidfd (${where})` }
  if (backend === null) {
    const message = `its back-end is not visible from outside its sandbox (${where})`
    return { level: 'note', message, advice: 'run sexton doctor inside the sandbox' }
  }
  return {
    level: 'note',
    message: `back-end ${backend} (${where})`,
    advice: 'the faster back-end pidfd needs Linux 5.4 and a sandbox that permits pidfd_open(2)',
  }
}

// These errors say that there is no such file. Any other says that nobody could look.
const ABSENT = ['ENOENT', 'ENOTDIR']

function keeper({ keeper }: Examination): Finding | undefined {
  if (keeper === null || keeper.error === null) return undefined
  const { path, error } = keeper
  const look = `stat '${path}': ${error}`
  if (!ABSENT.includes(error)) {
    const message = `the keeper may or may not be in this package: ${look}`
    return {
      level: 'note',
      message,
      advice: 'let this user search its folder, or jobs may not start',
    }
  }
  return {
    level: 'note',
    message: `the keeper is missing from this package: jobs cannot be started (${look})`,
    advice: `build it, which needs a C++17 compiler: ${compileCommand()}`,
  }
}
