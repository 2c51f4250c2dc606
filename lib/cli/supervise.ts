import { constants } from 'node:os'
import { SextonError } from '../errors.js'
import { readStat } from '../proc.js'
import { reapUntil } from '../reap-until.js'
import { allSignalNumbers, signalName } from '../signal-names.js'
import { Signals } from '../signals.js'
import type { Child } from '../spawn/child.js'
import { spawn } from '../spawn/spawn.js'

// SIGKILL and SIGSTOP cannot be caught. SIGCHLD is about our own children. The others mean a fault in
// this very program: to hand them on and go on running would hide it.
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  ...['SIGKILL', 'SIGSTOP', 'SIGCHLD'],
  ...['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGSYS'],
])

// What the terminal sends to every process of the group in its foreground, the command included.
const FROM_TERMINAL: ReadonlySet<string> = new Set([
  ...['SIGINT', 'SIGQUIT', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGWINCH'],
])
const STOPS: ReadonlySet<string> = new Set(['SIGTSTP', 'SIGTTIN', 'SIGTTOU'])

/**
 * Runs a command as an init does: forwards signals to it, reaps every orphan meanwhile, and gives the
 * command's end as an exit code: its own, 128 + n for signal n, 127 if it was not found, 126 if it
 * could not be executed.
 */
export async function supervise(
  [file, ...args]: readonly [Buffer, ...Buffer[]],
  warn: (text: string) => void,
): Promise<number> {
  // Before the child exists: a signal in between would meet the default action, or as PID 1 be lost.
  const signals = new Signals(
    allSignalNumbers().filter((number) => !NOT_FORWARDED.has(signalName(number))),
  )
  const child = spawn(file, args, { stdio: 'inherit' })
  try {
    const ended = reapUntil(child.pid, { scope: 'all' })
    forward(signals, child, warn)
    return (await ended).toShellCode()
  } catch (error) {
    if (!(error instanceof SextonError) || error.code !== 'ERR_SPAWN_FAILED') throw error
    // First: a write to a terminal that stops its background (SIGTTOU) would, with that signal caught,
    // be tried again for ever.
    signals.close()
    warn(error.message)
    return isMissing(error) ? 127 : 126
  } finally {
    signals.close()
  }
}

async function forward(
  signals: Signals,
  child: Child,
  warn: (text: string) => void,
): Promise<void> {
  for await (const { number, name, origin } of signals) {
    // The command is born into our group, so that the shell's job control works on both: what the terminal
    // sent has reached it already, and Ctrl-C must not reach it twice.
    if (origin.code === 'SI_KERNEL' && FROM_TERMINAL.has(name) && sharesOurGroup(child.pid)) {
      // Stopped by Ctrl-Z it stands still; the shell takes note only when we do, too.
      if (STOPS.has(name)) process.kill(process.pid, 'SIGSTOP')
      continue
    }
    try {
      child.kill(number)
    } catch (error) {
      warn(`${name} was not forwarded: ${(error as Error).message}`)
    }
  }
}

function sharesOurGroup(pid: number): boolean {
  return readStat(pid)?.processGroup === readStat(process.pid)?.processGroup
}

function isMissing(error: SextonError): boolean {
  const { ENOENT, ENOTDIR } = constants.errno
  return error.errno === ENOENT || error.errno === ENOTDIR
}
