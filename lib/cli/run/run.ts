import { explanation } from '../explanation.js'
import { complain, print } from '../output.js'
import { lookOf } from '../tree/terminal.js'
import { version } from '../version.js'
import { parseArguments, type Request } from './arguments.js'
import { exitCodeOf, exitCodeOfFailure, FAILED } from './exit-code.js'
import { HELP } from './help.js'
import { limitsHitOf } from './job-options.js'
import { type ReportDocument, ReportFile } from './report.js'
import { summary } from './summary.js'
import { type Outcome, supervise } from './supervise.js'

// The command `sexton run`, the shell's form of `runJob()`.
//
// `arguments.ts` parses the words by the table in `options.ts`, and `job-options.ts` makes options of `runJob()` of them.
// `supervise.ts` runs the job: it listens to signals (`interruption.ts`), passes output on where it must see it
// (`piped-outputs.ts`), and draws the `status-line.ts`. When the job has ended, `exit-code.ts` chooses the code,
// `summary.ts` tells what outlived the command, and `report.ts` writes the result.
//
// While the command runs, nothing here writes to a descriptor that the command has, except to a terminal.

type RunRequest = Extract<Request, { kind: 'run' }>

/** Runs `sexton run`, and resolves to the exit code. */
export async function run(words: readonly string[]): Promise<number> {
  try {
    const request = parseArguments(words)
    if (request.kind === 'run') return await runCommand(request)
    await print(request.kind === 'help' ? HELP : `sexton ${version()}\n`)
    return 0
  } catch (error) {
    complain(`sexton run: ${explanation(error)}`)
    return FAILED
  }
}

async function runCommand({ settings, command }: RunRequest): Promise<number> {
  const file = settings.report === undefined ? undefined : new ReportFile(settings.report)
  const outcome = await supervise(settings, command.length)
  const exitCode = codeOf(outcome, settings.failOnLeak)
  const { result, error } = outcome
  if (result === undefined) complain(`sexton run: ${explanation(error)}`)
  else tell(outcome.endedBy ?? 'exit', result)
  file?.write(documentOf(command, outcome, exitCode))
  return exitCode
}

function codeOf({ result, error, signal, endedBy = 'exit' }: Outcome, failOnLeak: boolean): number {
  if (result === undefined) return exitCodeOfFailure(error)
  const { status, survivors } = result
  // A job that is ended early has processes left in any case.
  const leaked = failOnLeak && endedBy === 'exit' && survivors.length > 0
  return exitCodeOf({ status, endedBy, signal, leaked })
}

function tell(endedBy: string, { survivors }: NonNullable<Outcome['result']>): void {
  const { unicode } = lookOf({}, process.env, false)
  const lines = summary({ survivors, endedBy }, unicode)
  if (lines.length > 0) complain(lines.join('\n'))
}

function documentOf(
  command: readonly string[],
  { result, error, endedBy, kept }: Outcome,
  exitCode: number,
): ReportDocument {
  return {
    command,
    exitCode,
    code: result?.status.code ?? null,
    signal: result?.status.signal ?? null,
    endedBy: endedBy ?? null,
    error: error === undefined ? null : explanation(error),
    durationMs: result?.durationMs ?? 0,
    usage: result?.usage ?? null,
    survivors: result?.survivors ?? [],
    kept,
    limitsHit: limitsHitOf(result),
  }
}
