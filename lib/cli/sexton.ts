import { suggestion } from '../base/suggestion.js'
import { doctor } from './doctor/doctor.js'
import { explanation } from './explanation.js'
import { exporter } from './exporter/exporter.js'
import { leave } from './leave.js'
import { complain, flush, print } from './output.js'
import { run } from './run/run.js'
import { tree } from './tree/tree.js'
import { UsageError } from './usage-error.js'
import { version } from './version.js'

// The program `sexton`: finds a command by its name and reports its failure.
//
// `command-line.ts` parses the words of every command, `output.ts` prints, and `explanation.ts` formats errors. The
// commands are in `tree/`, `doctor/`, `run/` and `exporter/`. The first two read /proc into plain objects, judge them in
// pure functions, and render the result as text or as one line of JSON. Names and commands of processes come from strangers,
// so every text passes `printable()` or `safeJson()` on its way to a terminal.
//
// esbuild.mjs bundles each program into one file, and `load.ts` runs it from V8's code cache. A program must be able to
// start with few descriptors and little memory, so a module that is costly to load is replaced there.

const USAGE = `Usage: sexton <command> [options]

Commands:
  tree [PID]      draw the tree of processes below PID (default: 1)
  run COMMAND     run a command, and end everything that it has started
  doctor [PID]    find out why a process does not reap its children
  exporter        serve the zombies of this machine to Prometheus
  help [COMMAND]  show this help, or the help of a command

Options:
  -h, --help      show this help, or the help of a command
  -V, --version   show the version

Exit codes: 0 success, 1 failure or a problem found, 2 usage error.
Exit codes of 'sexton run': see 'sexton help run'.

Examples:
  sexton tree
  sexton run --timeout 10m -- npm test
  sexton doctor 45
`

const TRY = "Try 'sexton --help'."

type Command = (words: readonly string[]) => Promise<number>

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['tree', tree],
  ['doctor', doctor],
  ['run', run],
  ['exporter', exporter],
])

async function dispatch([word, ...rest]: readonly string[]): Promise<number> {
  if (word === undefined)
    throw new UsageError(`no command given: ${[...COMMANDS.keys()].join(', ')}\n${TRY}`)
  if (word === 'help' && rest[0] !== undefined) return dispatch([rest[0], '--help'])
  const command = COMMANDS.get(word)
  if (command !== undefined) return command(rest)
  if (word === '-h' || word === '--help' || word === 'help') await print(USAGE)
  else if (word === '-V' || word === '--version') await print(`sexton ${version()}\n`)
  else throw unknown(word)
  return 0
}

function unknown(word: string): UsageError {
  const kind = word.startsWith('-') ? 'option' : 'command'
  const known = kind === 'option' ? ['--help', '--version'] : [...COMMANDS.keys(), 'help']
  const hint = suggestion(word, known)
  return new UsageError(`unknown ${kind} '${word}'${hint}\n${TRY}`)
}

function report(error: unknown): number {
  complain(`sexton: ${explanation(error)}`)
  return error instanceof UsageError ? 2 : 1
}

dispatch(process.argv.slice(2))
  .catch(report)
  .then(async (code) => {
    await flush() // or the exit could cut off output to a pipe
    leave(code)
  })
