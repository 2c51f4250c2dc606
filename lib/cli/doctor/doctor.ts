import { attempt, SextonError } from '../../base/errors.js'
import { isThread } from '../../system/proc.js'
import { parseColours, parseCommandLine, withDefault } from '../command-line.js'
import { print } from '../output.js'
import { safeJson } from '../safe-json.js'
import { lookOf } from '../tree/terminal.js'
import { version } from '../version.js'
import { examine } from './examination.js'
import { judge } from './findings.js'
import { render } from './render.js'

const USAGE = `Usage: sexton doctor [options] [PID]

Finds out why a process does not reap its children, and suggests a remedy.
Checks whether SIGCHLD is blocked or ignored, and which back-end works.
Checks whether the process is PID 1 or a subreaper.
Lists the zombies of the process, and says who started them.
Examines itself without PID, and so the machine or container it runs in.

  --json          print one line of JSON
  --color [WHEN]  colours: auto (default), always or never
  -h, --help      show this help
  -V, --version   show the version

Exit codes: 0 healthy, 1 a problem found or no such process, 2 usage error.

Examples:
  sexton doctor
  sexton doctor 45
  docker exec web sexton doctor 1
`

const OPTIONS = {
  json: { type: 'boolean' },
  color: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const

/** Runs `sexton doctor`, and resolves to the exit code. */
export async function doctor(words: readonly string[]): Promise<number> {
  const complete = withDefault(words, '--color', 'always')
  const { values, pid = process.pid } = parseCommandLine('doctor', complete, OPTIONS)
  const colours = parseColours('doctor', values.color)
  if (values.help || values.version) {
    await print(values.help ? USAGE : `sexton ${version()}\n`)
    return 0
  }
  const thread = attempt(() => isThread(pid))
  if (thread instanceof SextonError) {
    throw new SextonError(thread.code, `doctor: ${thread.message}`, { cause: thread })
  }
  if (thread) {
    const message = `doctor: ${pid} is a thread, not a process`
    throw new SextonError('ERR_NO_SUCH_PROCESS', message, { pid })
  }
  const seen = await examine(pid)
  const findings = judge(seen)
  const healthy = findings.every(({ level }) => level !== 'wrong')
  const look = lookOf(process.stdout, process.env, false, colours)
  if (values.json) await print(`${safeJson({ healthy, ...seen, findings })}\n`)
  else await print(`${render(seen, findings, look).join('\n')}\n`)
  return healthy ? 0 : 1
}
