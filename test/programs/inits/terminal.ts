import type { Case, Topic } from './case.js'
import { sendEach, startLog } from './log.js'
import {
  comes,
  ending,
  fixture,
  isStopped,
  kill,
  python,
  type Running,
  type Scene,
  type Staging,
} from './scene.js'
import { modes } from './subject.js'

const same = { tini: 'same', 'dumb-init': 'same', catatonit: 'same' } as const
const program = (...words: string[]) => [python, fixture('terminal.py'), ...words]
const onTerminal = [modes.pid1OnTerminal, modes.job]

async function said(running: Running): Promise<string> {
  const [, what] = await running.printed(/\[(.+)\]/)
  await running.ended
  return what as string
}

const says = (word: string, staging?: Staging) => async (scene: Scene) =>
  said(await scene.start(program(word), staging))

/** Ctrl-C, then a SIGHUP through the init, which comes after all that the init made of the first. */
async function interrupts(scene: Scene): Promise<string> {
  const running = await scene.start(program('count'))
  await running.printed(/ready/)
  running.type('\x03')
  await comes(scene.expected !== '0', () => /interrupt/.test(running.stdout()))
  // A hand-off of the terminal may cost the first.
  while (!running.hasEnded()) {
    kill(running.pid, 'SIGHUP')
    await comes(false, () => running.hasEnded())
  }
  return /in all (\d+)/.exec((await running.ended).stdout)?.[1] as string
}

/** Ctrl-Z, at which a shell has its prompt again, and takes the job back to the foreground. */
async function suspended(scene: Scene): Promise<string> {
  const running = await scene.start(program('read'))
  const command = Number((await running.printed(/ready (\d+)/))[1])
  running.type('\x1a')
  const stops = scene.expected.startsWith('both')
  if (await comes(stops, () => running.stopped())) {
    await comes(true, () => !isStopped(running.pid) && !isStopped(command))
    running.type('word\n')
    await running.printed(/got word/)
    await running.ended
    return 'both stop, both go on'
  }
  const alone = await comes(scene.expected.includes('command'), () => isStopped(command))
  kill(running.pid, 'SIGKILL')
  await running.ended
  return alone ? 'the command stops, and the shell waits' : 'nothing stops'
}

/** How often the command is told of a new window size, and what size it then finds. */
async function resized(scene: Scene): Promise<string> {
  const running = await scene.start(program('size'))
  await running.printed(/ready/)
  running.resize(33, 77)
  const [, size] = await running.printed(/size (\d+ \d+)/)
  kill(running.pid, 'SIGHUP')
  const [, times] = await running.printed(/in all (\d+)/)
  await running.ended
  return `${size}, told ${times === '1' ? 'once' : `${times} times`}`
}

const KEPT = 'the foreground is the shell’s'

async function inBackground(scene: Scene): Promise<string> {
  // Nothing of its own on the terminal: that is for the foreground, if the terminal says so.
  const running = await scene.start(program('where'))
  const [, what] = await running.printed(/\[(.+)\]/)
  await running.ended
  return what === 'foreground' ? 'the command takes the foreground' : KEPT
}

const withoutInput = (script: string) => ['sh', '-c', `exec "$@" ${script}`, 'sh']

/** Its first SIGHUP, of an init that leads a session in whose foreground another group is. */
async function firstHangup(scene: Scene): Promise<string> {
  const running = await startLog(scene, { prefix: [python, fixture('outside.py')] })
  return sendEach(running, [1])
}

const cases: Case[] = [
  {
    title: 'Standard input is closed',
    shows: ['T2'],
    modes: [modes.pid1, modes.subreaper, modes.plain],
    observe: async (scene) =>
      ending(await scene.run(['sh', '-c', 'exit 7'], { prefix: withoutInput('<&-') })),
    pid1: 'exit 7',
    tini: { sees: 'exit 1', better: 'a command that reads nothing can run' },
    'dumb-init': 'same',
    catatonit: 'same',
  },
  {
    title: 'The command is in the foreground of the terminal',
    modes: [modes.pid1OnTerminal],
    observe: says('where'),
    pid1: 'foreground',
    ...same,
  },
  {
    title: 'The command is in the foreground with standard input from a file',
    shows: ['T3'],
    modes: [modes.pid1OnTerminal],
    observe: says('where', { prefix: withoutInput('</dev/null') }),
    pid1: 'foreground',
    tini: {
      sees: 'background',
      better: 'the command can ask at `/dev/tty`; under tini it is stopped there',
    },
    'dumb-init': { sees: 'no terminal', better: 'the command can ask at `/dev/tty`' },
    catatonit: 'same',
  },
  {
    title: 'As a shell’s job, the command has the terminal',
    shows: ['D10'],
    modes: [modes.job],
    observe: says('where'),
    pid1: 'foreground',
    tini: 'same',
    'dumb-init': {
      sees: 'no terminal',
      better: 'only a command without a terminal needs a new session',
    },
    catatonit: 'same',
  },
  {
    title: 'Started in the background',
    shows: ['T3'],
    modes: [modes.background],
    observe: inBackground,
    pid1: KEPT,
    tini: { sees: 'the command takes the foreground', better: 'the user has said `&`' },
    'dumb-init': 'same',
    catatonit: { sees: 'the command takes the foreground', better: 'the user has said `&`' },
  },
  {
    title: 'How often Ctrl-C arrives',
    modes: onTerminal,
    observe: interrupts,
    pid1: '1',
    ...same,
  },
  {
    title: 'The window changes its size',
    modes: onTerminal,
    observe: resized,
    pid1: '33 77, told once',
    ...same,
  },
  {
    title: 'Ctrl-Z, then `fg`',
    shows: ['T7', 'C1'],
    modes: [modes.job],
    observe: suspended,
    pid1: 'both stop, both go on',
    tini: {
      sees: 'the command stops, and the shell waits',
      better: 'the shell learns of the stop and prompts',
    },
    'dumb-init': 'same',
    catatonit: { sees: 'nothing stops', better: 'Ctrl-Z works' },
  },
  {
    title: 'A background child of the command reads the terminal',
    shows: ['C1'],
    modes: [modes.pid1OnTerminal],
    observe: says('background'),
    pid1: 'stopped',
    tini: 'same',
    'dumb-init': 'same',
    catatonit: { sees: 'error 5', better: 'a command that is a shell keeps its job control' },
  },
  {
    title: 'The first SIGHUP to an init that leads a session',
    shows: ['D7'],
    modes: [modes.pid1OnTerminal],
    observe: firstHangup,
    pid1: 'HUP',
    tini: 'same',
    'dumb-init': { sees: 'nothing', better: 'it counts no signals, so it drops none' },
    catatonit: 'same',
  },
]

export const terminal: Topic = { title: 'Terminal', cases }
