import type { Behaviour, Topic } from './behaviour.js'
import { endsSoon, ended, type Scene, settledInTime, WAITING } from './scene.js'
import type { Offer, Subject, Told, Wanted } from './subject.js'

/** Milliseconds from TERM to KILL, where a library has a time for that. */
const GRACE = 200
/** The timeout of commands: they have started by then on any machine. */
const TIMEOUT = 400

const HELD = 'read _ < "$1" & echo kept; echo $$ > "$2"'
const STUBBORN = `trap '' TERM; ${WAITING}`

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

function aborted(title: string, source: string, sexton: string, needs: Offer[] = []): Behaviour {
  return {
    title,
    needs,
    observe: async (subject, scene) => {
      const controller = new AbortController()
      const options = { signal: controller.signal, ...graceOf(subject) }
      const running = subject.run('sh', scene.script(source), options)
      running.catch(() => {})
      await scene.pid()
      controller.abort()
      return ending(scene, running, 'abort')
    },
    sexton,
  }
}

function timedOut(title: string, source: string, sexton: string): Behaviour {
  return {
    title,
    needs: ['timeout'],
    observe: (subject, scene) => {
      const options = { timeout: TIMEOUT, ...graceOf(subject) }
      return ending(scene, subject.run('sh', scene.script(source), options), 'timeout')
    },
    sexton,
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
  },
  {
    title: 'An abort, then',
    observe: async (subject, scene) => {
      const controller = new AbortController()
      const running = subject.run('sh', scene.script(HELD), { signal: controller.signal })
      running.catch(() => {})
      await ended(await scene.pid())
      controller.abort()
      const result = await settledInTime(running)
      return result === undefined ? 'still waits for the child' : 'ends'
    },
    sexton: 'ends',
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
  },
]

export const endings: Topic = {
  title: 'Aborts, timeouts and children of the command',
  behaviours: [
    {
      title: 'A signal that is aborted already',
      observe: async (subject, scene) => {
        const signal = AbortSignal.abort()
        const running = subject.run('sh', scene.script(WAITING), { signal })
        const result = await settledInTime(running.catch((error) => ({ failed: true, ...error })))
        if (result === undefined) return 'never ends'
        const hasRun = scene.hasStarted()
        return `${told(result, 'abort')}; the command ${hasRun ? 'has run' : 'has not run'}`
      },
      sexton: 'fails, and says why; the command has not run',
    },
    aborted('An abort', WAITING, 'fails, and says why; the command has ended'),
    aborted(
      'An abort of a command that ignores TERM',
      STUBBORN,
      'fails, and says why; the command has ended',
    ),
    timedOut('A timeout', WAITING, 'fails, and says why; the command has ended'),
    timedOut(
      'A timeout of a command that ignores TERM',
      STUBBORN,
      'fails, and says why; the command has ended',
    ),
    ...held,
  ],
}
