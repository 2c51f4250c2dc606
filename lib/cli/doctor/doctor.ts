import { attempt, SextonError } from '../../base/errors.js'
import { isThread } from '../../system/proc.js'
import { parseCommandLine } from '../command-line.js'
import { print } from '../output.js'
import { safeJson } from '../safe-json.js'
import { lookOf } from '../tree/terminal.js'
import { version } from '../version.js'
import { examine } from './examination.js'
import { judge } from './findings.js'
import { render } from './render.js'

const USAGE = `Usage: sexton doctor [options] [PID]

Says what keeps a process from reaping its children: whether SIGCHLD is blocked or
ignored, whether it is PID 1 or a subreaper, which back-end is possible, which
zombies it has and whose they are; and what to do. Without PID: this very program,
and with it the machine or container in which it runs.

  --json         print one line of JSON
  -h, --help     show this help
  -V, --version  show the version

Exit codes: 0, 1 if something is wrong or there is no such process, 2 usage.
`

const OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const

/** `sexton doctor`: resolves to the exit code. */
export async function doctor(words: readonly string[]): Promise<number> {
  const { values, pid = process.pid } = parseCommandLine('doctor', words, OPTIONS)
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
  const look = lookOf(process.stdout, process.env, false)
  if (values.json) await print(`${safeJson({ healthy, ...seen, findings })}\n`)
  else await print(`${render(seen, findings, look).join('\n')}\n`)
  return healthy ? 0 : 1
}
