import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Case, Topic } from './case.js'
import { ending, type Scene, type Staging } from './scene.js'
import { modes, type Options } from './subject.js'

const same = { tini: 'same', 'dumb-init': 'same', catatonit: 'same' } as const
const notOffered = 'not offered' as const

const endOf = (command: readonly string[], staging: Staging) => {
  return async (scene: Scene) => ending(await scene.run(command, staging))
}

const bare = { bare: true }

/** Where the text goes that an option asks for, and with what code. */
async function answer(scene: Scene): Promise<string> {
  const { stdout, stderr, code } = await scene.run([], bare)
  const where = stdout !== '' ? 'stdout' : stderr !== '' ? 'stderr' : 'nowhere'
  return `${where}, exit ${code}`
}

async function version(scene: Scene): Promise<string> {
  const { stdout, stderr } = await scene.run([], bare)
  const text = stdout + stderr
  return /^(tini version|dumb-init v)/.exec(text)?.[0] ?? /^\w+/.exec(text)?.[0] ?? 'nothing'
}

/** Which of its peers pid1 is by the name of a link to it, seen by how it fails to execute. */
function byName(name: string) {
  return async (scene: Scene): Promise<string> => {
    const directory = mkdtempSync(join(tmpdir(), 'inits-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    symlinkSync(scene.subject.command[0] as string, join(directory, name))
    const prefix = ['sh', '-c', `shift; exec "$0" "$@"`, join(directory, name)]
    return ending(await scene.run(['no-such-command'], { prefix }))
  }
}

const every = (...words: string[]): Options => {
  return { tini: words, 'dumb-init': words, catatonit: words, pid1: words }
}
const onlyOurs: Options = { tini: null, 'dumb-init': null, catatonit: null }
const onlyPid1 = { tini: notOffered, 'dumb-init': notOffered, catatonit: notOffered }
const noName =
  'options after the command belong to the command; only a command that looks like an option needs `--`'
const tells = 'fewer commands use 2 than 1'

const cases: Case[] = [
  {
    title: 'Options of the command, without `--`',
    shows: ['T6', 'C5'],
    observe: endOf(['sh', '-c', 'exit 7'], bare),
    pid1: 'exit 7',
    tini: { sees: 'exit 1', better: noName },
    'dumb-init': 'same',
    catatonit: { sees: 'exit 1', better: noName },
  },
  {
    title: 'No command',
    observe: endOf([], bare),
    pid1: 'exit 2',
    tini: { sees: 'exit 1', better: tells },
    'dumb-init': { sees: 'exit 1', better: tells },
    catatonit: { sees: 'exit 1', better: tells },
    compat: { tini: 'exit 1', 'dumb-init': 'exit 1', catatonit: 'exit 1' },
  },
  {
    title: 'An unknown option',
    options: every('--no-such-option'),
    observe: endOf(['true'], {}),
    pid1: 'exit 2',
    tini: { sees: 'exit 1', better: tells },
    'dumb-init': { sees: 'exit 1', better: tells },
    catatonit: { sees: 'exit 1', better: tells },
    compat: { tini: 'exit 1', 'dumb-init': 'exit 1', catatonit: 'exit 1' },
  },
  {
    title: 'Help (`-h`)',
    options: every('-h'),
    observe: answer,
    pid1: 'stdout, exit 0',
    tini: 'same',
    'dumb-init': { sees: 'stderr, exit 0', better: 'requested output can go to a pager' },
    catatonit: { sees: 'stderr, exit 0', better: 'requested output can go to a pager' },
    compat: { 'dumb-init': 'stderr, exit 0', catatonit: 'stderr, exit 0' },
  },
  {
    title: 'Version',
    options: { ...every('-V'), tini: ['--version'] },
    observe: answer,
    pid1: 'stdout, exit 0',
    tini: 'same',
    'dumb-init': { sees: 'stderr, exit 0', better: 'requested output can go to a pipe' },
    catatonit: 'same',
    compat: { 'dumb-init': 'stderr, exit 0' },
  },
  {
    title: 'Version, as container engines read it',
    options: every('--version'),
    observe: version,
    pid1: 'pid1',
    tini: { sees: 'tini version', better: 'it says tini only where it stands in for tini' },
    'dumb-init': {
      sees: 'dumb-init v',
      better: 'it says dumb-init only where it stands in for dumb-init',
    },
    catatonit: { sees: 'tini version', better: 'it says tini only where it stands in for tini' },
    compat: { tini: 'tini version', 'dumb-init': 'dumb-init v', catatonit: 'tini version' },
  },
  {
    title: '`CATATONIT_LOG` is set',
    shows: ['C7'],
    observe: endOf(['sh', '-c', 'exit 7'], { env: { CATATONIT_LOG: '1' } }),
    pid1: 'exit 7',
    tini: 'same',
    'dumb-init': 'same',
    catatonit: {
      sees: 'exit 1',
      better: 'a leftover variable must not keep a container from starting',
    },
  },
  {
    title: '`TINI_SUBREAPER`, even empty, adopts orphans',
    modes: [modes.plain],
    options: { 'dumb-init': null },
    observe: async (scene) => {
      const { stderr } = await scene.run(['true'], { env: { TINI_SUBREAPER: '' } })
      return /subreaper/i.test(stderr) ? 'it warns' : 'it adopts'
    },
    pid1: 'it adopts',
    tini: 'same',
    'dumb-init': notOffered,
    catatonit: notOffered,
  },
  {
    title: 'Short options in one word (`-sg`)',
    options: { tini: ['-sg'], 'dumb-init': ['-cv'], catatonit: ['-g'], pid1: ['-sgv'] },
    observe: endOf(['sh', '-c', 'exit 7'], {}),
    pid1: 'exit 7',
    ...same,
  },
  ...['tini', 'dumb-init', 'catatonit', 'pid1'].map(
    (name, i): Case => ({
      title: `A missing command, with the init started as ${name}`,
      options: onlyOurs,
      observe: byName(name),
      pid1: `exit ${[127, 2, 1, 127][i]}`,
      ...onlyPid1,
      // `--compat` says more than the name.
      compat: { tini: 'exit 127', 'dumb-init': 'exit 2', catatonit: 'exit 1' },
    }),
  ),
]

export const parsing: Topic = { title: 'Parsing', cases }
