import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { eventually } from '../../eventually.js'
import type { Case, Topic } from './case.js'
import {
  comes,
  ending,
  fixture,
  kill,
  python,
  type Running,
  type Scene,
  statusField,
} from './scene.js'
import { modes, type Options } from './subject.js'

const notOffered = 'not offered' as const
const onlyPid1 = { tini: notOffered, 'dumb-init': notOffered, catatonit: notOffered }
const pid1Option = (...words: string[]): Options => {
  return { tini: null, 'dumb-init': null, catatonit: null, pid1: words }
}

/** A command that waits for SIGUSR1 to end with 3, and the rest that it then leaves. */
async function startRest(scene: Scene, kind: 'patient' | 'stubborn'): Promise<Running> {
  const script = 'trap "exit 3" USR1; "$@" <&3 3<&- & while :; do sleep 0.01; done 3<&-'
  const command = ['sh', '-c', script, 'sh', python, fixture('rest.py'), kind]
  const prefix = ['sh', '-c', 'exec "$@" 3<&0', 'sh']
  const running = await scene.start(command, { prefix, hold: { calls: ['exit_group'] } })
  await running.printed(/rest \d+\n/)
  return running
}

const EXITS = 'it gets TERM, and has the grace'

/** What becomes of the rest when the command ends. */
async function lastsToTheEnd(scene: Scene): Promise<string> {
  const running = await startRest(scene, 'patient')
  kill(running.pid, 'SIGUSR1')
  const waits = scene.expected === EXITS
  if (await comes(!waits, () => running.hasEnded())) {
    const { left, code, stdout } = await running.ended
    if (code !== 3) return `exit ${code}`
    const asked = stdout.includes('asked')
    if (left.length > 0) return asked ? 'it gets TERM, and is left alone' : 'it is left alone'
    return asked ? 'it gets TERM, and KILL at once' : 'it gets KILL without TERM'
  }
  running.type('\n')
  const { stdout, code } = await running.ended
  return stdout.includes('tidied up') && code === 3 ? EXITS : `exit ${code}, output ${stdout}`
}

/** Whether the init has a stubborn rest killed, after a second SIGTERM where that is said. */
function killed(again: boolean) {
  return async (scene: Scene): Promise<string> => {
    const running = await startRest(scene, 'stubborn')
    kill(running.pid, 'SIGUSR1')
    await running.printed(/asked/)
    if (again) kill(running.pid, 'SIGTERM')
    const { left, code } = await running.ended
    return left.length === 0 ? `the survivor is killed, exit ${code}` : `left: ${left}`
  }
}

/** A command that takes no notice of SIGTERM. */
async function takesNoNotice(scene: Scene): Promise<string> {
  const script =
    'trap "echo noted" TERM; trap "exit 7" USR1; echo ready; while :; do sleep 0.01; done'
  const running = await scene.start(['sh', '-c', script])
  await running.printed(/ready/)
  kill(running.pid, 'SIGTERM')
  // With `--kill-after` it may be killed before it says so.
  const hasNoted = () => running.stdout().includes('noted')
  await eventually(() => expect(hasNoted() || running.hasEnded()).toBe(true), 20_000)
  if (!(await comes(scene.expected !== 'exit 7', () => running.hasEnded()))) {
    kill(running.pid, 'SIGUSR1')
  }
  return ending(await running.ended)
}

/** Whether the command ends with an init that is killed. */
async function initIsKilled(scene: Scene): Promise<string> {
  const running = await scene.start(['sh', '-c', 'echo ready; exec sleep 1000'])
  await running.printed(/ready/)
  kill(running.pid, 'SIGKILL')
  const { left } = await running.ended
  return left.length > 0 ? 'the command stays' : 'the command ends'
}

/** `-p`: the parent ends just before the init asks to be told of that. */
async function parentIsGone(scene: Scene): Promise<string> {
  const running = await scene.start(['sh', '-c', 'echo ready; exec sleep 1000'], {
    orphan: true,
    hold: { calls: ['prctl'] },
  })
  const ends = await comes(scene.expected.startsWith('killed'), () => running.hasEnded())
  if (!ends) kill(running.pid, 'SIGTERM')
  return ends ? ending(await running.ended) : 'it is not told'
}

/** Whether it has become an init that hears of signals: of SIGWINCH, for which no other program cares. */
function isListening(pid: number, ours: boolean): boolean {
  // The keeper waits for signals, and the kernel hides what a wait is for.
  if (/sigtimedwait/.test(readFileSync(`/proc/${pid}/wchan`, 'utf8'))) return true
  // Node blocks signals as well, for moments at its start; peers have them blocked for good.
  const mask = BigInt(`0x${statusField(pid, ours ? 'SigCgt' : 'SigBlk') ?? 0}`)
  return ((mask >> 27n) & 1n) === 1n
}

async function pauses(scene: Scene): Promise<string> {
  const running = await scene.start([], { bare: true })
  const listens = () => isListening(running.pid, scene.subject.ours)
  await eventually(() => expect(listens()).toBe(true), 20_000)
  kill(running.pid, 'SIGTERM')
  return ending(await running.ended)
}

const parentDeath = (signal: string): Options => {
  return { tini: ['-p', signal], 'dumb-init': null, catatonit: null, pid1: ['-p', signal] }
}

const cases: Case[] = [
  {
    title: 'A survivor of the command, if the init is PID 1',
    shows: ['T11', 'D5'],
    observe: lastsToTheEnd,
    pid1: EXITS,
    tini: {
      sees: 'it gets KILL without TERM',
      better: 'a database in the background closes its files',
    },
    'dumb-init': {
      sees: 'it gets TERM, and KILL at once',
      better: 'a process that is asked to end has time to do so',
    },
    catatonit: {
      sees: 'it gets KILL without TERM',
      better: 'a database in the background closes its files',
    },
    compat: {
      tini: 'it gets KILL without TERM',
      'dumb-init': 'it gets TERM, and KILL at once',
      catatonit: 'it gets KILL without TERM',
    },
  },
  {
    title: 'A survivor of the command, if the init is a subreaper',
    shows: ['T11', 'P6'],
    modes: [modes.subreaper],
    observe: lastsToTheEnd,
    pid1: EXITS,
    tini: { sees: 'it is left alone', better: 'nothing outlives the init' },
    'dumb-init': notOffered,
    catatonit: { sees: 'it is left alone', better: 'nothing outlives the init' },
    compat: {
      tini: 'it is left alone',
      'dumb-init': 'it gets TERM, and is left alone',
      catatonit: 'it is left alone',
    },
  },
  {
    title: 'A survivor, with SIGTERM dropped for the command (`-r 15:0`)',
    shows: ['D5'],
    options: { tini: null, 'dumb-init': ['-r', '15:0'], catatonit: null, pid1: ['-r', '15:0'] },
    observe: lastsToTheEnd,
    pid1: EXITS,
    ...onlyPid1,
    'dumb-init': {
      sees: 'it gets KILL without TERM',
      better: 'an option for forwarding does not affect survivors',
    },
    compat: {
      tini: 'it gets KILL without TERM',
      'dumb-init': 'it gets TERM, and KILL at once',
      catatonit: 'it gets KILL without TERM',
    },
  },
  {
    title: 'A survivor, with signals for the command alone (`-c`)',
    shows: ['D5'],
    options: { tini: [], 'dumb-init': ['-c'], catatonit: [], pid1: ['-c'] },
    observe: lastsToTheEnd,
    pid1: EXITS,
    tini: { sees: 'it gets KILL without TERM', better: 'it is asked to end all the same' },
    'dumb-init': {
      sees: 'it gets KILL without TERM',
      better: 'dumb-init sends SIGTERM to the command, which it has reaped',
    },
    catatonit: { sees: 'it gets KILL without TERM', better: 'it is asked to end all the same' },
    compat: {
      tini: 'it gets KILL without TERM',
      'dumb-init': 'it gets TERM, and KILL at once',
      catatonit: 'it gets KILL without TERM',
    },
  },
  {
    title: 'A survivor that ignores SIGTERM, after the grace',
    shows: ['P6'],
    modes: [modes.pid1, modes.subreaper],
    options: pid1Option('--grace', '100ms'),
    observe: killed(false),
    pid1: 'the survivor is killed, exit 3',
    ...onlyPid1,
  },
  {
    title: 'A survivor that ignores SIGTERM, at a second SIGTERM',
    modes: [modes.pid1, modes.subreaper],
    options: pid1Option('--grace', '1h'),
    observe: killed(true),
    pid1: 'the survivor is killed, exit 3',
    ...onlyPid1,
  },
  {
    title: 'A survivor, without a grace',
    modes: [modes.subreaper],
    options: { ...{ tini: [], 'dumb-init': null, catatonit: [] }, pid1: ['--grace', 'none'] },
    observe: lastsToTheEnd,
    pid1: 'it is left alone',
    tini: 'same',
    'dumb-init': notOffered,
    catatonit: 'same',
    // In its place it still says farewell to the group.
    compat: { 'dumb-init': 'it gets TERM, and is left alone' },
  },
  {
    title: 'A command that ignores SIGTERM',
    shows: ['P3'],
    modes: [modes.pid1, modes.plain],
    options: { pid1: ['--kill-after', '300'] },
    observe: takesNoNotice,
    pid1: 'exit 7',
    ...{ tini: 'same', 'dumb-init': 'same', catatonit: 'same' },
  },
  {
    title: 'A command that ignores SIGTERM, with `--kill-after`',
    modes: [modes.pid1, modes.plain],
    options: pid1Option('--kill-after', '50ms'),
    observe: takesNoNotice,
    pid1: 'exit 137',
    ...onlyPid1,
  },
  {
    title: 'The init is killed',
    modes: [modes.plain],
    options: { pid1: ['--child-death-signal', 'KILL'] },
    observe: initIsKilled,
    pid1: 'the command ends',
    tini: { sees: 'the command stays', better: 'with the option, it does not run on unsupervised' },
    'dumb-init': {
      sees: 'the command stays',
      better: 'with the option, it does not run on unsupervised',
    },
    catatonit: notOffered,
    compat: { tini: 'the command stays', 'dumb-init': 'the command stays' },
  },
  {
    title: 'The parent dies just before the init asks for its death signal (`-p`)',
    shows: ['T10'],
    modes: [modes.plain],
    options: parentDeath('SIGKILL'),
    observe: parentIsGone,
    pid1: 'killed by SIGKILL',
    ...onlyPid1,
    tini: { sees: 'it is not told', better: 'it looks for its parent after it has asked' },
  },
  {
    title: 'The signal of `-p` by another name (`RTMIN+3`)',
    shows: ['T10'],
    modes: [modes.plain],
    options: parentDeath('RTMIN+3'),
    observe: async (scene) => ending(await scene.run(['sh', '-c', 'exit 7'])),
    pid1: 'exit 7',
    ...onlyPid1,
    tini: { sees: 'exit 1', better: 'every signal has a name' },
  },
  {
    title: 'No command, only orphans (`-P`): SIGTERM',
    modes: [modes.pid1, modes.subreaper],
    options: { tini: null, 'dumb-init': null, catatonit: ['-P'], pid1: ['-P'] },
    observe: pauses,
    pid1: 'exit 0',
    ...onlyPid1,
    catatonit: 'same',
  },
]

export const endings: Topic = { title: 'Endings', cases }
