import { suggestion } from '../base/suggestion.js'
import { doctor } from './doctor/doctor.js'
import { explanation } from './explanation.js'
import { complain, print } from './output.js'
import { tree } from './tree/tree.js'
import { UsageError } from './usage-error.js'
import { version } from './version.js'

const USAGE = `Usage: sexton <command> [options]

Commands:
  tree [PID]     draw the processes that descend from PID (default: 1), live
  doctor [PID]   say what keeps a process from reaping its children

Options:
  -h, --help     show this help, or that of a command
  -V, --version  show the version

Exit codes: 0, 1 if it could not be done or something is wrong, 2 usage.
`

type Command = (words: readonly string[]) => Promise<number>

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['tree', tree],
  ['doctor', doctor],
])

async function dispatch([word, ...rest]: readonly string[]): Promise<number> {
  if (word === undefined) throw new UsageError(`no command given\n\n${USAGE.trimEnd()}`)
  const command = COMMANDS.get(word)
  if (command !== undefined) return command(rest)
  if (word === '-h' || word === '--help') await print(USAGE)
  else if (word === '-V' || word === '--version') await print(`sexton ${version()}\n`)
  else throw unknown(word)
  return 0
}

function unknown(word: string): UsageError {
  const kind = word.startsWith('-') ? 'option' : 'command'
  const known = kind === 'option' ? ['--help', '--version'] : [...COMMANDS.keys()]
  const hint = suggestion(word, known)
  return new UsageError(`unknown ${kind} '${word}'${hint}\nTry 'sexton --help'.`)
}

function report(error: unknown): number {
  complain(`sexton: ${explanation(error)}`)
  return error instanceof UsageError ? 2 : 1
}

// No process.exit(): what is written to a pipe may still be on its way.
dispatch(process.argv.slice(2))
  .catch(report)
  .then((code) => {
    process.exitCode = code
  })
