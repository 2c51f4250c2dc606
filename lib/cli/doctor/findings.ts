import type { Corpse, Examination } from './examination.js'
import { isDiscarded } from './reception.js'

/** One thing that was found, and what to do about it. */
export interface Finding {
  level: 'fine' | 'note' | 'wrong'
  message: string
  advice?: string
}

/** What an examination means, the worst first. */
export function judge(seen: Examination): Finding[] {
  const found = [
    ...zombies(seen),
    childSignal(seen),
    standstill(seen),
    ...role(seen),
    backEnd(seen),
  ].filter((finding) => finding !== undefined)
  const order = ['wrong', 'note', 'fine']
  return found.sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
}

const WHOSE: Readonly<Record<Corpse['whose'], string>> = {
  adopted: 'adopted: orphans that it did not start',
  worker: 'started by a worker thread of it that lives',
  main: 'started by it, or by a thread of it that has ended, or adopted',
}

function zombies(seen: Examination): Finding[] {
  if (seen.zombies.length === 0) {
    return [{ level: 'fine', message: 'it has no zombies that last' }]
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
    return 'the thread is blocked, or has lost sight of them: terminating it hands them to the main thread, where sexton/init reaps them'
  }
  if (node && sexton !== true) return 'start it with: node --import sexton/init'
  if (node) {
    return 'it has loaded sexton, which does not reap: is its event loop blocked? Else: node --import sexton/init'
  }
  if (init) return 'put an init in front of it: pid1 -- COMMAND'
  return 'it does not wait for its children, and as long as it lives no init can: mend it, or restart it'
}

function childSignal({ sigchld, node, waitsForChildren }: Examination): Finding {
  if (sigchld === 'ignored') {
    return {
      level: 'wrong',
      message: 'SIGCHLD is ignored: its children end without a status, and waits for them fail',
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
        'something in it has blocked it since its start, as Node does not inherit that: import sexton, which unblocks it',
    }
  }
  if (waitsForChildren) {
    return { level: 'fine', message: 'SIGCHLD is blocked, while it waits for its children' }
  }
  return {
    level: 'note',
    message:
      'SIGCHLD is blocked in every thread: whether it learns in another way that a child has exited cannot be seen',
    advice: 'if it keeps zombies, its parent must unblock SIGCHLD before it starts it',
  }
}

function standstill({ state, tracer }: Examination): Finding | undefined {
  if (tracer !== 0) {
    return {
      level: 'note',
      message: `process ${tracer} traces it: while it is held it reaps nothing`,
    }
  }
  if (state !== 'T') return undefined
  return {
    level: 'wrong',
    message: 'it is stopped, and reaps nothing',
    advice: 'set it going: kill -CONT',
  }
}

function role(seen: Examination): Finding[] {
  const { init, subreaper } = seen
  if (!init) {
    const adopts = subreaper === null ? 'it cannot be seen whether it is a subreaper' : undefined
    const known = subreaper ? 'it is a subreaper: orphans come to it' : 'it is no subreaper'
    return [{ level: 'fine', message: `it is not PID 1; ${adopts ?? known}` }]
  }
  return [
    { level: 'fine', message: 'it is PID 1 of its namespace: orphans come to it' },
    termination(seen),
  ]
}

const UNSEEN = 'whether SIGTERM reaches it cannot be seen'

function termination({ sigterm, node, handlesAll }: Examination): Finding {
  if (isDiscarded(sigterm)) {
    return {
      level: 'wrong',
      message: 'SIGTERM has no effect on it: PID 1 has no default actions, and it has no handler',
      advice: 'put an init in front of it: pid1 -- COMMAND',
    }
  }
  if (sigterm === 'unknown') {
    const message = `${UNSEEN}: reading what it waits for needs the right to trace it`
    return { level: 'note', message, advice: 'run sexton doctor as root' }
  }
  if (sigterm === 'blocked') {
    return { level: 'note', message: `${UNSEEN}: every thread blocks it, and may take it later` }
  }
  // Node itself has a handler, which does not end PID 1; a listener of the program looks the same.
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
    const message = `which back-end is possible cannot be seen from outside its sandbox (${where})`
    return { level: 'note', message, advice: 'run sexton doctor inside of it' }
  }
  return {
    level: 'note',
    message: `back-end ${backend} (${where})`,
    advice:
      'pidfd, which costs nothing while nothing ends, needs Linux 5.4 and a sandbox that lets pidfd_open(2) through',
  }
}
