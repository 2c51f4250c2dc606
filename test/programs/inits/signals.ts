import { signalNumber } from '../../../lib/system/signal-names.js'
import type { Case, Topic } from './case.js'
import { received, seen, sendEach, startLog, taken } from './log.js'
import { comes, ending, fixture, isStopped, kill, python, type Scene } from './scene.js'
import { everywhere, modes, withoutTerminal } from './subject.js'

const same = { tini: 'same', 'dumb-init': 'same', catatonit: 'same' } as const
const notOffered = 'not offered' as const
const onlyPid1 = { tini: notOffered, 'dumb-init': notOffered, catatonit: notOffered }

const TSTP_TTIN_TTOU = ['SIGTSTP', 'SIGTTIN', 'SIGTTOU'] as const

const numbersOf = (names: readonly string[]) =>
  names.map((name) => signalNumber(`SIG${name}` as NodeJS.Signals))

// SIGCONT comes last: a terminal's hand-off sends one, which may be pending still.
const PLAIN = [
  ...['HUP', 'INT', 'QUIT', 'USR1', 'PIPE', 'ALRM', 'TERM', 'STKFLT', 'CONT', 'URG', 'XCPU'],
  ...['XFSZ', 'VTALRM', 'PROF', 'WINCH', 'POLL', 'PWR'],
]
const realtime = Array.from({ length: 30 }, (_, i) => 34 + i)

async function everySignal(scene: Scene): Promise<string> {
  const numbers = [...numbersOf(PLAIN), ...realtime]
  const running = await startLog(scene)
  await sendEach(running, numbers)
  const got = received(running).slice(0, -1)
  const missing = numbers.filter((number) => !got.includes(number))
  const extra = got.length + missing.length - numbers.length
  return `${got.length} of ${numbers.length}${extra > 0 ? `, ${extra} of them twice` : ''}`
}

async function jobControlSignals(scene: Scene): Promise<string> {
  const running = await startLog(scene)
  return sendEach(running, TSTP_TTIN_TTOU.map(signalNumber))
}

/** SIGTSTP to the init, then SIGCONT. */
async function stopAndGoOn(scene: Scene): Promise<string> {
  const running = await startLog(scene)
  const command = Number((await running.printed(/ready (\d+)/))[1])
  const outer = scene.mode.namespace ? undefined : command
  kill(running.pid, 'SIGTSTP')
  const stops = await comes(true, () => isStopped(running.pid))
  const both = outer === undefined || (await comes(true, () => isStopped(outer)))
  kill(running.pid, 'SIGCONT')
  await comes(true, () => !isStopped(running.pid))
  await seen(running)
  return stops && both ? 'both stop, both go on' : 'they do not stop'
}

/** A fault's signal, which somebody sends to the init. */
async function fault(scene: Scene): Promise<string> {
  const withoutCore = ['sh', '-c', 'ulimit -c 0; exec "$@"', 'sh']
  const running = await startLog(scene, { prefix: withoutCore })
  kill(running.pid, 'SIGABRT')
  const ends = await comes(scene.expected.includes('killed'), () => running.hasEnded())
  if (ends) return `the init is ${ending(await running.ended)}`
  return (await seen(running)) === 'ABRT' ? 'the command gets it' : 'nobody gets it'
}

async function burst(scene: Scene): Promise<string> {
  const running = await startLog(scene)
  for (const number of [40, 41, 42].flatMap((each) => Array<number>(30).fill(each)))
    kill(running.pid, number)
  const came = await comes(true, () => received(running).length === 90)
  await seen(running)
  return came ? 'all of 90' : 'fewer than 90'
}

/**
 * SIGTERM that comes while the init's child is at the named call. Where the child has not yet its own
 * handlers it ends it, which is what SIGTERM is for.
 */
function atBirth(...calls: string[]) {
  return async (scene: Scene): Promise<string> => {
    const hold = { calls, signal: signalNumber('SIGTERM'), file: python }
    const running = await scene.start([python, fixture('log.py')], { hold })
    await comes(true, () => /ready/.test(running.stdout()) || running.hasEnded())
    if (running.hasEnded()) {
      return (await running.ended).code === 143 ? 'it gets there' : ending(await running.ended)
    }
    await taken(running.pid, signalNumber('SIGTERM'))
    return (await seen(running)) === 'TERM' ? 'it gets there' : 'it is lost'
  }
}

/** What arrives of signals that are sent to the init, if they arrive in the order of their numbers. */
function rewritten(...names: string[]) {
  return async (scene: Scene): Promise<string> => {
    const running = await scene.start([python, fixture('log.py')])
    await comes(true, () => /ready/.test(running.stdout()) || running.hasEnded())
    if (running.hasEnded()) return ending(await running.ended)
    return sendEach(running, numbersOf(names))
  }
}

const group = { tini: ['-g'], 'dumb-init': [], catatonit: ['-g'], pid1: ['-g'] }

/** SIGTERM to an init whose command has a child of its own. */
async function wholeGroup(scene: Scene): Promise<string> {
  const script = 'trap : TERM; sh -c "$1" & wait; wait; exit 4'
  const child = 'trap "echo child got it; exit" TERM; echo ready; while :; do sleep 0.01; done'
  const running = await scene.start(['sh', '-c', script, 'sh', child])
  await running.printed(/ready/)
  kill(running.pid, 'SIGTERM')
  const got = await comes(scene.expected !== 'the command alone', () => running.hasEnded())
  if (got) return (await running.ended).stdout.includes('child got it') ? 'both' : 'neither'
  kill(running.pid, 'SIGKILL')
  await running.ended
  return 'the command alone'
}

const rewrite = (...words: string[]) => {
  return { tini: null, 'dumb-init': words, catatonit: null, pid1: words }
}

const cases: Case[] = [
  {
    title: 'Each signal is forwarded once, realtime signals too',
    shows: ['P2', 'D2'],
    modes: everywhere,
    observe: everySignal,
    pid1: '47 of 47',
    ...same,
  },
  {
    title: 'Bursts of realtime signals arrive whole',
    modes: [modes.pid1, modes.subreaper],
    observe: burst,
    pid1: 'all of 90',
    ...same,
  },
  {
    title: 'SIGTERM twice',
    shows: ['P2'],
    modes: [modes.pid1, modes.plain],
    observe: async (scene) => {
      const running = await startLog(scene)
      kill(running.pid, 'SIGTERM')
      await running.printed(/<15>/)
      kill(running.pid, 'SIGTERM')
      await running.printed(/<15>\n<15>/)
      return seen(running)
    },
    pid1: 'TERM TERM',
    ...same,
  },
  {
    title: 'SIGTSTP, SIGTTIN and SIGTTOU from another process',
    shows: ['C2'],
    // Elsewhere dumb-init, even where it does not rewrite them, stops itself when it has handed one on.
    modes: [modes.pid1],
    options: { 'dumb-init': ['--single-child'] },
    observe: jobControlSignals,
    pid1: 'TSTP TTIN TTOU',
    tini: { sees: 'TSTP', better: 'a signal to the init is meant for its command' },
    'dumb-init': 'same',
    catatonit: { sees: 'nothing', better: 'a signal to the init is meant for its command' },
    compat: { tini: 'TSTP', catatonit: 'nothing' },
  },
  {
    title: 'SIGTSTP to an init whose command has its own session',
    modes: [modes.plain],
    options: { tini: null, 'dumb-init': [], catatonit: null, pid1: ['--session'] },
    observe: stopAndGoOn,
    pid1: 'both stop, both go on',
    ...onlyPid1,
    'dumb-init': 'same',
  },
  {
    title: 'SIGABRT to the init',
    modes: [modes.plain],
    observe: fault,
    pid1: 'the init is killed by SIGABRT',
    tini: 'same',
    'dumb-init': {
      sees: 'the command gets it',
      better: 'blaming the command would hide a fault of the init',
    },
    catatonit: 'same',
  },
  {
    title: 'SIGTERM before the child has its own group (before `setpgid`, `setsid`)',
    shows: ['T1', 'C4', 'D1'],
    modes: withoutTerminal,
    options: group,
    observe: atBirth('setpgid', 'setsid'),
    pid1: 'it gets there',
    tini: { sees: 'it is lost', better: 'the group exists before the first signal is taken' },
    'dumb-init': {
      sees: 'it is lost',
      better: 'the session exists before the first signal is taken',
    },
    catatonit: {
      sees: 'it is lost',
      better: 'the group exists before the first signal is taken',
    },
  },
  {
    title: 'SIGTERM before the child has become the command (before `execve`)',
    shows: ['D1'],
    modes: withoutTerminal,
    options: group,
    observe: atBirth('execve'),
    pid1: 'it gets there',
    tini: 'same',
    'dumb-init': {
      sees: 'it is lost',
      better: 'the child has no handler of the init that could take it',
    },
    catatonit: 'same',
  },
  {
    title: 'SIGTERM to the whole group',
    modes: withoutTerminal,
    options: group,
    observe: wholeGroup,
    pid1: 'both',
    ...same,
  },
  {
    title: 'SIGTERM to the command alone',
    options: { 'dumb-init': ['-c'] },
    observe: wholeGroup,
    pid1: 'the command alone',
    ...same,
  },
  {
    title: 'SIGTERM rewritten to SIGINT by numbers, SIGHUP dropped',
    options: rewrite('-r', '15:2', '--rewrite', '1:0'),
    observe: rewritten('TERM', 'HUP', 'QUIT'),
    pid1: 'INT QUIT',
    ...onlyPid1,
    'dumb-init': 'same',
  },
  {
    title: 'SIGTERM rewritten to SIGINT by names',
    shows: ['D9'],
    options: rewrite('-r', 'TERM:INT'),
    observe: rewritten('TERM', 'QUIT'),
    pid1: 'INT QUIT',
    ...onlyPid1,
    'dumb-init': { sees: 'exit 1', better: 'users need not know the numbers' },
  },
  {
    title: 'A realtime signal rewritten (`RTMIN+3:TERM`, as systemd asks to halt)',
    shows: ['D9'],
    options: rewrite('-r', `${signalNumber('SIGRTMIN+3')}:15`),
    observe: rewritten('RTMIN+3', 'WINCH'),
    pid1: 'TERM WINCH',
    ...onlyPid1,
    'dumb-init': {
      sees: 'exit 1',
      better: 'podman and systemd stop containers by realtime signals',
    },
  },
]

export const signals: Topic = { title: 'Signals', cases }
