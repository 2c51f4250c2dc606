import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Case, Topic } from './case.js'
import { ending, type Scene } from './scene.js'
import { everywhere, modes } from './subject.js'

/** A folder that is gone after the test. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'inits-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

const endOf = (...command: string[]) => {
  return async (scene: Scene) => ending(await scene.run(command))
}

const same = { tini: 'same', 'dumb-init': 'same', catatonit: 'same' } as const

const always2 = '127 and 126 tell what was wrong, and few commands use them'
const always1 =
  '127 and 126 tell what was wrong, as in every shell; the command itself may exit with 1'

const cases: Case[] = [
  {
    title: 'The command exits with 7',
    modes: everywhere,
    observe: endOf('sh', '-c', 'exit 7'),
    pid1: 'exit 7',
    ...same,
  },
  {
    title: 'The command is killed by SIGTERM',
    modes: everywhere,
    observe: endOf('sh', '-c', 'kill -TERM $$'),
    pid1: 'exit 143',
    ...same,
  },
  {
    title: 'The command is killed by a realtime signal',
    shows: ['P1'],
    modes: [modes.pid1, modes.plain],
    observe: endOf('sh', '-c', 'kill -37 $$'),
    pid1: 'exit 165',
    ...same,
  },
  {
    title: 'An orphan is killed by a realtime signal before the command ends',
    shows: ['P1'],
    observe: endOf('sh', '-c', '(sh -c "kill -37 \\$\\$" & exec true); exit 3'),
    pid1: 'exit 3',
    ...same,
  },
  {
    title: 'No such command',
    shows: ['D3', 'C3'],
    modes: everywhere,
    observe: endOf('no-such-command'),
    pid1: 'exit 127',
    tini: 'same',
    'dumb-init': { sees: 'exit 2', better: always2 },
    catatonit: { sees: 'exit 1', better: always1 },
    compat: { 'dumb-init': 'exit 2', catatonit: 'exit 1' },
  },
  {
    title: 'A command without permission to execute it',
    shows: ['D3', 'C3'],
    observe: endOf('/etc/passwd'),
    pid1: 'exit 126',
    tini: 'same',
    'dumb-init': { sees: 'exit 2', better: always2 },
    catatonit: { sees: 'exit 1', better: always1 },
    compat: { 'dumb-init': 'exit 2', catatonit: 'exit 1' },
  },
  {
    title: 'A command that cannot be executed for another reason (a link to itself)',
    shows: ['T9', 'D3', 'C3'],
    observe: (scene) => {
      const loop = join(folder(), 'loop')
      symlinkSync(loop, loop)
      return endOf(loop)(scene)
    },
    pid1: 'exit 126',
    tini: { sees: 'exit 1', better: always1 },
    'dumb-init': { sees: 'exit 2', better: always2 },
    catatonit: { sees: 'exit 1', better: always1 },
    compat: { tini: 'exit 1', 'dumb-init': 'exit 2', catatonit: 'exit 1' },
  },
  {
    title: 'A script without a first line that names its interpreter',
    observe: (scene) => {
      const script = join(folder(), 'script')
      writeFileSync(script, 'exit 9\n', { mode: 0o755 })
      return endOf(script)(scene)
    },
    pid1: 'exit 9',
    ...same,
  },
  {
    title: 'An exit code that counts as 0 (143)',
    options: { tini: ['-e', '143'], 'dumb-init': null, catatonit: null, pid1: ['-e', '143'] },
    observe: endOf('sh', '-c', 'kill -TERM $$'),
    pid1: 'exit 0',
    tini: 'same',
    'dumb-init': 'not offered',
    catatonit: 'not offered',
  },
  {
    title: 'A range of exit codes that count as 0 (130-143)',
    options: {
      ...{ tini: ['-e', '130-143'], 'dumb-init': null, catatonit: null },
      pid1: ['-e', '130-143'],
    },
    observe: endOf('sh', '-c', 'kill -INT $$'),
    pid1: 'exit 0',
    tini: { sees: 'exit 1', better: 'one option is enough; tini needs one for each code' },
    'dumb-init': 'not offered',
    catatonit: 'not offered',
  },
]

export const exitCodes: Topic = { title: 'Exit codes', cases }
