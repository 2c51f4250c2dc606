// Writes the manual pages and the completions of the programs, from their help texts:
//
//   npm run manual
//
// A test compares the files with what this writes.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { forBash } from './bash.mjs'
import { forFish } from './fish.mjs'
import { parseHelp } from './help-text.mjs'
import { manualPage } from './manual-page.mjs'
import { forZsh } from './zsh.mjs'

const root = new URL('../../', import.meta.url)

function helpOf(...words) {
  const [program, ...rest] = words
  const file = fileURLToPath(new URL(`dist/cli/${program}.js`, root))
  return parseHelp(execFileSync(process.execPath, [file, ...rest, '--help'], { encoding: 'utf8' }))
}

/** The commands of `sexton`, as its help lists them, each with its own help. */
function commandsOf(help) {
  const heading = help.blocks.findIndex(({ text }) => text === 'Commands')
  const entries = help.blocks[heading + 1].items.map(({ term, text }) => {
    const [command] = term.split(' ')
    // It takes the name of a command, and has no help of its own.
    const own = { usage: [`sexton ${term}`], blocks: [] }
    return [command, { ...(command === 'help' ? own : helpOf('sexton', command)), summary: text }]
  })
  return Object.fromEntries(entries)
}

/** All files, by their paths in the package. */
export function manual() {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
  const sexton = helpOf('sexton')
  const programs = [
    {
      ...{ name: 'pid1', purpose: 'run a command as an init does', version, help: helpOf('pid1') },
      see: ['sexton(1)', 'tini(1)', 'dumb-init(1)', 'catatonit(1)', 'docs/pid1.md'],
    },
    {
      ...{ name: 'sexton', purpose: 'supervise processes', version, help: sexton },
      commands: commandsOf(sexton),
      see: [
        'pid1(1)',
        'timeout(1)',
        'pstree(1)',
        'docs/jobs.md, docs/tree.md, docs/doctor.md, docs/metrics.md',
      ],
    },
  ]
  return new Map(
    programs.flatMap((program) => [
      [`docs/man/${program.name}.1`, manualPage(program)],
      [`docs/completions/${program.name}.bash`, forBash(program)],
      [`docs/completions/_${program.name}`, forZsh(program)],
      [`docs/completions/${program.name}.fish`, forFish(program)],
    ]),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of manual()) {
    const file = fileURLToPath(new URL(path, root))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
