import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { invalid, systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { packageRoot } from '../system/package-root.js'
import { signalName } from '../system/signal-names.js'
import { subreaper } from '../system/subreaper.js'
import { explanation } from './explanation.js'
import { leave } from './leave.js'
import { BadCommandLine, NoCommandGiven, parseArguments, type Request } from './pid1/arguments.js'
import { help } from './pid1/help.js'
import { type Launch, readLaunch } from './pid1/launch.js'
import { observe } from './pid1/observer.js'
import type { Persona } from './pid1/persona.js'
import { type Keeper, sendPlan, staying, takeKeeper } from './pid1/plan.js'
import { openStatusFile, Report } from './pid1/report.js'
import { type Settings, TRACE } from './pid1/settings.js'
import { supervise } from './pid1/supervise.js'
import { version } from './version.js'

// The program `pid1`, an init for containers.
//
// 1. `prologue.sh`, the first lines of the program's file, runs in a shell. It notes the state that Node would change,
//    and starts Node (`pid1/prologue-notes.ts` and `pid1/launch.ts` read the notes).
// 2. `pid1/arguments.ts` parses the words by the table in `pid1/options.ts`. The name of the program or `--compat`
//    chooses a persona: the defaults of tini, dumb-init or catatonit.
// 3. `pid1/supervise.ts` listens to all signals, starts the command, forwards signals to it (`pid1/forwarding.ts`,
//    `pid1/job.ts`), and reaps until the command exits.
// 4. `pid1/remainder.ts` terminates the processes that the command leaves behind. pid1 exits as the command did.
//
// Where there is a keeper, it does 3 and 4 itself (native/keeper/pid1/). It starts this program only for words that it
// does not understand, and gets them in a simpler form: `pid1/plan.ts`. For what needs Node all the time, this program
// stays beside the keeper: `pid1/observer.ts`.
//
// Messages and events go through `pid1/report.ts`, which never blocks the supervision.

// The exit code of a pid1 that fails to start. The prologue and the loader use it too.
const CANNOT_RUN = 126

type Run = Extract<Request, { kind: 'run' }>

function print(to: 'stdout' | 'stderr', text: string): void {
  // Without a listener, a reader that has closed the pipe (`pid1 --help | head`) would cause a stack trace.
  process[to].on('error', () => {}).write(text)
}

function license(): string {
  return readFileSync(`${packageRoot}LICENSE`, 'utf8')
}

function show(kind: Exclude<Request['kind'], 'run'>, persona: Persona): number {
  if (kind === 'license') print('stdout', license())
  if (kind === 'help') print(persona.helpTo, help())
  if (kind === 'version') {
    print(persona.versionTo, `${persona.versionText(version())}\n`)
  }
  return 0
}

// Milliseconds that an observer waits for a reader of events. It delays nothing but its own reading, for which the keeper
// waits as long.
const OBSERVERS_PATIENCE = 2000

function reportOf(settings: Settings, launch: Launch, patience: number | undefined): Report {
  const { persona, verbosity, logFormat } = settings
  const statusFd = statusDescriptor(settings, launch)
  return new Report({ name: persona.name, verbosity, format: logFormat, statusFd, patience })
}

// Refuses a descriptor that was not inherited: Node may have opened that number for itself.
function statusDescriptor({ persona, ...settings }: Settings, { fds }: Launch): number | undefined {
  const { statusFd, statusFile } = settings
  if (statusFile !== undefined) {
    try {
      return openStatusFile(statusFile)
    } catch (error) {
      throw new BadCommandLine(`--status-file: ${(error as Error).message}`, persona)
    }
  }
  if (statusFd === undefined || statusFd <= 2 || fds.includes(statusFd)) return statusFd
  const expected = 'a descriptor that pid1 inherits, for example 3 with 3>status.log'
  throw new BadCommandLine(invalid('--status-fd', statusFd, expected), persona)
}

// Sends the signal itself if the parent has already died: the kernel knew nothing of the wish then.
function dieWithParent(signal: number, parent: number): void {
  const result = binding.setDeathSignal(signal)
  if (result < 0) throw systemError(result, `prctl PR_SET_PDEATHSIG ${signalName(signal)}`)
  if (process.ppid !== parent) binding.kill(process.pid, signal)
}

function prepare({ persona, parentDeathSignal, subreaper: asked }: Settings, report: Report): void {
  const parent = process.ppid
  if (asked || (persona.adopts && process.pid !== 1)) subreaper.enable()
  else if (persona.warnsWhenPlain && process.pid !== 1 && !subreaper.enabled) {
    report.warn('this process is neither PID 1 nor a subreaper: init adopts the orphans (use -s)')
  }
  if (parentDeathSignal !== undefined) dieWithParent(parentDeathSignal, parent)
}

async function run({ settings, command }: Run, launch: Launch, keeper?: Keeper): Promise<never> {
  const report = reportOf(settings, launch, keeper && OBSERVERS_PATIENCE)
  if (keeper !== undefined) {
    sendPlan(keeper.fd, settings, command)
    if (staying(settings) > 0) await observe({ fd: keeper.fd, command, settings, launch, report })
    leave(0)
  }
  prepare(settings, report)
  report.say(TRACE, worldText(launch))
  const code = await supervise({ words: command, settings, launch, report })
  report.say(TRACE, `exiting with ${code}`)
  leave(code)
}

function worldText({ fds, ignored, blocked }: Launch): string {
  const text = (values: readonly unknown[]) => values.join(' ') || 'none'
  const [ignores, blocks] = [ignored, blocked].map((numbers) => text(numbers.map(signalName)))
  const role =
    process.pid === 1
      ? 'PID 1'
      : subreaper.enabled
        ? 'a subreaper'
        : 'neither PID 1 nor a subreaper'
  return `${process.pid} is ${role}; inherited descriptors: ${text(fds)}; ignored signals: ${ignores}; blocked: ${blocks}`
}

async function main(): Promise<number> {
  const { launch, keeper } = takeKeeper(readLaunch())
  const programName = keeper?.name ?? basename(process.argv[1] ?? '').replace(/\.c?js$/, '')
  try {
    const request = parseArguments(launch.words, { programName, env: process.env })
    return request.kind === 'run'
      ? await run(request, launch, keeper)
      : show(request.kind, request.persona)
  } catch (error) {
    if (!(error instanceof NoCommandGiven || error instanceof BadCommandLine)) throw error
    print('stderr', `${error.persona.name}: ${error.message}\nTry 'pid1 --help'.\n`)
    return error.persona.usageExit
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    print('stderr', `pid1: ${explanation(error)}\n`)
    process.exit(CANNOT_RUN)
  },
)
