import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { readStat, readTaskChildren } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import type { Case, Topic } from './case.js'
import { comes, fixture, kill, python, type Scene, statusField } from './scene.js'
import { modes, type Options } from './subject.js'

const same = { tini: 'same', 'dumb-init': 'same', catatonit: 'same' } as const
const notOffered = 'not offered' as const

const orphan = (word: string) => [python, fixture('orphan.py'), word]

async function adopter(scene: Scene): Promise<string> {
  return (await scene.run(orphan('here'))).stdout.trim()
}

async function warning(scene: Scene): Promise<string> {
  const { stderr } = await scene.run(['true'])
  return /subreaper/i.test(stderr) ? 'it warns' : 'it is silent'
}

const storm = fileURLToPath(new URL('../fixtures/orphan-storm.sh', import.meta.url))

async function manyOrphans(scene: Scene): Promise<string> {
  const { stdout, code } = await scene.run(['sh', storm, '200', '400'])
  return `${stdout.trim().replace('\n', ', ')}, exit ${code}`
}

/**
 * An orphan and the command end while the init cannot look, so that it finds both at once. Its child
 * of old, the command, is the first that the kernel names.
 */
async function lastBatch(scene: Scene): Promise<string> {
  const running = await scene.start(orphan('linger'), { env: { CATATONIT_DEBUG: '1' } })
  await running.printed(/orphan \d+/)
  const children = readTaskChildren(running.pid, running.pid) ?? []
  const [command, adopted] = [...children].sort((a, b) => a - b) as [number, number]
  const inside = statusField(adopted, 'NSpid')?.split(/\s+/).at(-1) as string
  kill(running.pid, 'SIGSTOP')
  for (const pid of [command, adopted]) {
    kill(pid, 'SIGUSR1')
    await eventually(() => expect(readStat(pid)?.state).toBe('Z'), 20_000)
  }
  kill(running.pid, 'SIGCONT')
  const { stderr } = await running.ended
  return new RegExp(`\\b${inside}\\b`).test(stderr) ? 'both are reaped' : 'only the command is'
}

async function reapedOrphan(scene: Scene): Promise<string> {
  // The command stays until the orphan is gone. An init that leaves with it would have nothing to reap.
  const { stderr } = await scene.run(orphan('here'))
  return /zombie|reaped/i.test(stderr) ? 'it is named' : 'nothing is said'
}

// The call that the main thread sits in, and when that would end by itself.
const SYSTEM_CALLS: Readonly<Record<string, (words: readonly string[]) => boolean>> = {
  '128': ([, , , timeout]) => Number(timeout) !== 0, // rt_sigtimedwait
  '137': ([, , , timeout]) => Number(timeout) !== 0, // the same on arm64
  '281': isSoon, // epoll_pwait
  '22': isSoon,
  '232': isSoon, // epoll_wait
}

function isSoon([, , , , timeout]: readonly string[]): boolean {
  const milliseconds = Number(timeout) | 0
  return milliseconds >= 0 && milliseconds < 5000
}

// Whether a process that sleeps wakes up by itself. One that is on its way, or waits for a processor in the middle of
// another call, tells nothing.
function wakesByItself(pid: number): boolean | undefined {
  const sleeps = () => readStat(pid)?.state === 'S'
  if (!sleeps()) return undefined
  const words = readFileSync(`/proc/${pid}/syscall`, 'utf8').split(' ')
  if (words[0] === 'running' || !sleeps()) return undefined
  return SYSTEM_CALLS[words[0] as string]?.(words) ?? false
}

async function idle(scene: Scene): Promise<string> {
  const running = await scene.start(['sh', '-c', 'echo ready; exec sleep 1000'])
  await running.printed(/ready/)
  const rests = await comes(
    scene.expected === 'it sleeps',
    () => wakesByItself(running.pid) === false,
  )
  kill(running.pid, 'SIGKILL')
  await running.ended
  return rests ? 'it sleeps' : 'it wakes up every second'
}

const told: Options = { tini: ['-w'], 'dumb-init': ['-v'], catatonit: [], pid1: ['-w'] }

const cases: Case[] = [
  {
    title: 'Orphans of an init that is PID 1 or a subreaper',
    modes: [modes.pid1, modes.pid1OnTerminal, modes.subreaper],
    observe: adopter,
    pid1: 'adopted by the init',
    ...same,
  },
  {
    title: 'Orphans of an init that is not PID 1 (`-s`)',
    shows: ['D4'],
    modes: [modes.asked],
    observe: adopter,
    pid1: 'adopted by the init',
    tini: 'same',
    'dumb-init': { sees: 'adopted by another', better: 'an option makes it adopt them' },
    catatonit: 'same',
    // Asked in dumb-init's own words, it is not.
    compat: { 'dumb-init': 'adopted by another' },
  },
  {
    title: 'Orphans of an init that is not PID 1, without `-s` (`--compat catatonit`)',
    shows: ['T8', 'D4'],
    modes: [modes.unasked],
    options: { pid1: ['--compat', 'catatonit'] },
    observe: adopter,
    pid1: 'adopted by the init',
    tini: {
      sees: 'adopted by another',
      better: 'there is a choice; by default it warns, as tini does',
    },
    'dumb-init': { sees: 'adopted by another', better: 'there is a choice; by default it warns' },
    catatonit: 'same',
    compat: { tini: 'adopted by another', 'dumb-init': 'adopted by another' },
  },
  {
    title: 'Orphans of an init that is neither PID 1 nor a subreaper',
    modes: [modes.plain],
    observe: adopter,
    pid1: 'adopted by another',
    ...same,
  },
  {
    title: 'A warning from an init that is neither',
    shows: ['D4'],
    modes: [modes.plain],
    observe: warning,
    pid1: 'it warns',
    tini: 'same',
    'dumb-init': {
      sees: 'it is silent',
      better: 'users are told that zombies may appear elsewhere',
    },
    catatonit: notOffered,
    compat: { 'dumb-init': 'it is silent' },
  },
  {
    title: 'Two hundred orphans, and a child that the command itself waits for',
    observe: manyOrphans,
    pid1: 'own child: 6, zombies: 0, exit 5',
    ...same,
  },
  {
    title: 'An orphan that dies together with the command',
    shows: ['D6'],
    options: told,
    observe: lastBatch,
    pid1: 'both are reaped',
    tini: 'same',
    'dumb-init': { sees: 'only the command is', better: 'its report is complete' },
    catatonit: notOffered,
  },
  {
    title: 'An orphan that is reaped, with `-w`',
    options: { tini: ['-w'], 'dumb-init': null, catatonit: null, pid1: ['-w'] },
    observe: reapedOrphan,
    pid1: 'it is named',
    tini: 'same',
    'dumb-init': notOffered,
    catatonit: notOffered,
  },
  {
    title: 'An init with nothing to do',
    shows: ['T5'],
    observe: idle,
    pid1: 'it sleeps',
    tini: { sees: 'it wakes up every second', better: 'a thousand idle containers cost no power' },
    'dumb-init': 'same',
    catatonit: 'same',
  },
]

export const orphans: Topic = { title: 'Orphans', cases }
