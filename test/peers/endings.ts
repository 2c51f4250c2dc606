import { patience } from '../pace.mjs'
import type { Behaviour, Topic } from './behaviour.js'
import {
  endsSoon,
  growsSoon,
  pagesOfChildren,
  reaped,
  type Scene,
  settledInTime,
  WAITING,
} from './scene.js'
import type { Subject, Told, Wanted } from './subject.js'

/** Milliseconds from TERM to KILL, where a library has a time for that. */
const GRACE = 200
/** The timeout of commands, which have started by then. */
const TIMEOUT = patience(100)

const HELD = 'read _ < "$1" & echo kept; echo $$ > "$2"'
const STUBBORN = `trap '' TERM; ${WAITING}`

const NOT_TO_RUN = 'an aborted signal means that the command must not run'

const GOOD = 'fails, and says why; the command has ended'
type Worse = NonNullable<Behaviour['worse']>
const HANGS: Worse = {
  'never ends': 'a command that ignores TERM is killed after the grace, and the caller goes on',
}
const RUNS_ON: Worse = {
  'fails, and says why; the command runs on': 'nobody can end a command that has been given up',
}
const UNTOLD: Worse = {
  'fails; the command has ended':
    'a timeout that looks like any SIGTERM cannot be told from a failure of the command',
}

const told = ({ failed, reason }: Told, expected: string) => {
  if (!failed) return reason === expected ? 'succeeds, and says why' : 'succeeds'
  return reason === expected ? 'fails, and says why' : 'fails'
}

/** How a command ends that `reason` is to end. */
async function ending(scene: Scene, running: Promise<Told>, reason: string): Promise<string> {
  const result = await settledInTime(running)
  if (result === undefined) return 'never ends'
  const isOver = await endsSoon(await scene.pid())
  return `${told(result, reason)}; the command ${isOver ? 'has ended' : 'runs on'}`
}

function aborted(title: string, source: string, worse: Worse = {}): Behaviour {
  return {
    title,
    observe: async (subject, scene) => {
      const controller = new AbortController()
      const options = { signal: controller.signal, ...graceOf(subject) }
      const running = subject.run('sh', scene.script(source), options)
      running.catch(() => {})
      await scene.pid()
      controller.abort()
      return ending(scene, running, 'abort')
    },
    sexton: GOOD,
    worse,
  }
}

function timedOut(title: string, source: string, worse: Worse = {}): Behaviour {
  return {
    title,
    needs: ['timeout'],
    observe: (subject, scene) => {
      const options = { timeout: TIMEOUT, ...graceOf(subject) }
      return ending(scene, subject.run('sh', scene.script(source), options), 'timeout')
    },
    sexton: GOOD,
    worse,
  }
}

const graceOf = (subject: Subject): Wanted =>
  subject.offers.includes('grace') ? { grace: GRACE } : {}

const held: Behaviour[] = [
  {
    title: 'The command has exited, and its child keeps the pipe open',
    observe: async (subject, scene) => {
      const result = await settledInTime(subject.run('sh', scene.script(HELD)))
      if (result === undefined) return 'waits for the child'
      return `succeeds${result.heldOpen ? ', and says so' : ''}`
    },
    sexton: 'succeeds, and says so',
    worse: { 'waits for the child': 'a daemon that a command starts may run for ever' },
  },
  {
    title: 'An abort, then',
    observe: async (subject, scene) => {
      const controller = new AbortController()
      const running = subject.run('sh', scene.script(HELD), { signal: controller.signal })
      running.catch(() => {})
      await reaped(await scene.pid())
      controller.abort()
      const result = await settledInTime(running)
      return result === undefined ? 'still waits for the child' : 'ends'
    },
    sexton: 'ends',
    worse: { 'still waits for the child': 'an abort or a timeout is the caller’s last means' },
  },
  {
    title: 'A timeout, then',
    needs: ['timeout'],
    observe: async (subject, scene) => {
      const running = subject.run('sh', scene.script(HELD), { timeout: TIMEOUT })
      const result = await settledInTime(running)
      return result === undefined ? 'still waits for the child' : 'ends'
    },
    sexton: 'ends',
    worse: { 'still waits for the child': 'an abort or a timeout is the caller’s last means' },
  },
]

export const endings: Topic = {
  title: 'Aborts, timeouts and children of the command',
  behaviours: [
    {
      title: 'A signal that is aborted already',
      observe: async (subject, scene) => {
        const signal = AbortSignal.abort()
        const before = pagesOfChildren()
        const running = subject.run('sh', scene.script(WAITING), { signal })
        const result = await settledInTime(running)
        if (result === undefined) return 'never ends'
        const hasRun = await growsSoon(pagesOfChildren, before)
        return `${told(result, 'abort')}; the command ${hasRun ? 'was started' : 'was not started'}`
      },
      sexton: 'fails, and says why; the command was not started',
      worse: {
        'fails, and says why; the command was started': NOT_TO_RUN,
      },
    },
    aborted('An abort', WAITING),
    aborted('An abort of a command that ignores TERM', STUBBORN, { ...HANGS, ...RUNS_ON }),
    timedOut('A timeout', WAITING, UNTOLD),
    timedOut('A timeout of a command that ignores TERM', STUBBORN, HANGS),
    ...held,
  ],
}
