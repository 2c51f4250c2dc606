import { constants } from 'node:os'
import { SextonError } from '../../base/errors.js'
import type { ExitStatus } from '../../exit/exit-status.js'
import { observe } from '../../reaping/reap-loop.js'
import { Zombies } from '../../reaping/zombies.js'
import type { ReceivedSignal } from '../../signals/origin.js'
import { Signals } from '../../signals/signals.js'
import { allSignalNumbers, signalName } from '../../system/signal-names.js'
import { subreaper } from '../../system/subreaper.js'
import { reapUntil } from '../../waiting/reap-until.js'
import { Command } from './command.js'
import { Forwarding, TERMINATING } from './forwarding.js'
import { Job } from './job.js'
import { watchKeptZombies } from './kept-zombies.js'
import type { Launch } from './launch.js'
import { Reaping } from './reaping.js'
import { Remainder } from './remainder.js'
import type { Report } from './report.js'
import { FATAL, INFO, type Settings } from './settings.js'

const [SIGINT, SIGTERM] = [2, 15]

// SIGKILL and SIGSTOP cannot be caught. SIGCHLD is about the children of pid1. The others mean a fault in pid1
// itself: forwarding them and running on would hide it.
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  ...['SIGKILL', 'SIGSTOP', 'SIGCHLD'],
  ...['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGSYS'],
])

/** Everything that `supervise()` needs. */
export interface Order {
  words: readonly Buffer[]
  settings: Settings
  launch: Launch
  report: Report
}

/**
 * Runs a command as an init does: forwards signals to it, reaps every orphan meanwhile, and ends the processes that
 * it leaves behind.
 *
 * @returns The exit code: the command's own, 128 + n if signal n killed it, 127 if it was not found, 126 if it could
 *   not be executed.
 */
export async function supervise(order: Order): Promise<number> {
  const { settings, report } = order
  // Listen before the child exists: a signal in between would take its default action, or be lost as PID 1.
  const signals = new Signals(
    allSignalNumbers().filter((number) => !NOT_FORWARDED.has(signalName(number))),
  )
  const inbox = new Inbox(signals)
  const stopWatching = watchKeptZombies(settings.reportZombies, report)
  try {
    return await (settings.pause ? pause(inbox, order) : runCommand(inbox, order))
  } catch (error) {
    if (!(error instanceof SextonError) || error.code !== 'ERR_SPAWN_FAILED') throw error
    report.say(FATAL, error.message)
    return settings.persona.execExits[causeOf(error)]
  } finally {
    stopWatching()
  }
}

/** Hands signals to the part of the supervision that is in charge. */
class Inbox {
  receive: (signal: ReceivedSignal) => void = () => {}

  constructor(signals: Signals) {
    this.#deliver(signals)
  }

  async #deliver(signals: Signals): Promise<void> {
    for await (const signal of signals) this.receive(signal)
  }
}

async function runCommand(inbox: Inbox, order: Order): Promise<number> {
  const { words, settings, launch, report } = order
  const command = new Command(words, settings, launch)
  letGoOfDirectory()
  const { pid } = command
  const job = new Job(command, report)
  const forwarding = new Forwarding(command, settings, job, report)
  inbox.receive = (signal) => forwarding.receive(signal)
  report.say(INFO, `started ${pid}`, { pid })
  report.event('started', { pid, command: words.map(String) })
  if (settings.persona.farewell) {
    observe({ scope: pid, wants: () => 0, before: () => void command.sendToGroup(SIGTERM) })
  }
  reportReaped(order, pid)
  const status = await reapUntil(pid, { scope: 'all' })
  forwarding.end()
  job.end()
  const code = exitCode(status, order)
  await endRest(inbox, order)
  return code
}

function reportReaped({ report, settings }: Order, command?: number): void {
  const reaping = new Reaping(report, settings.warnOnReap, command)
  if (reaping.isWanted) observe(reaping)
}

// A directory in use keeps its file system from being unmounted. dumb-init and catatonit do the same.
function letGoOfDirectory(): void {
  try {
    process.chdir('/')
  } catch {} // this user may not enter it
}

/** Reaps until TERM or INT. */
async function pause(inbox: Inbox, order: Order): Promise<number> {
  reportReaped(order)
  const zombies = new Zombies({ scope: 'all' })
  letGoOfDirectory()
  inbox.receive = ({ number }) => {
    if (number === SIGTERM || number === SIGINT) zombies.close()
  }
  order.report.say(INFO, 'reaping until TERM or INT')
  for await (const _ of zombies);
  await endRest(inbox, order)
  return 0
}

// Only PID 1 or a subreaper has the command's orphans. Other children belong to the program that this process was
// before exec.
async function endRest(inbox: Inbox, { settings, report }: Order): Promise<void> {
  const { grace } = settings
  if (grace === undefined || (process.pid !== 1 && !subreaper.enabled)) return
  const remainder = new Remainder(report)
  inbox.receive = ({ number }) => {
    if (TERMINATING.has(number)) remainder.hurry()
  }
  await remainder.end(grace)
}

function exitCode(status: ExitStatus, { settings, report }: Order): number {
  const { pid, code, signal, usage } = status
  const shellCode = status.toShellCode()
  const exitCode = settings.forgiven.has(shellCode) ? 0 : shellCode
  report.say(INFO, `${pid} ended: ${signal ?? `exit code ${code}`}`, { pid, code, signal })
  report.event('exited', { pid, code, signal, exitCode, usage })
  return exitCode
}

function causeOf({ errno, syscall }: SextonError): 0 | 1 | 2 {
  const { ENOENT, ENOTDIR, EACCES } = constants.errno
  if (syscall !== 'execve') return 2
  if (errno === ENOENT || errno === ENOTDIR) return 0
  return errno === EACCES ? 1 : 2
}
