import { closeSync, existsSync, openSync } from 'node:fs'
import { ESRCH, systemError } from '../../base/errors.js'
import type { ExitStatus } from '../../exit/exit-status.js'
import type { Child } from '../../spawn/child.js'
import type { SpawnOptions } from '../../spawn/options.js'
import { spawnInPlace } from '../../spawn/spawn.js'
import type { Stdio } from '../../spawn/stdio.js'
import { binding } from '../../system/binding.js'
import { signalName } from '../../system/signal-names.js'
import { hasTerminal, sharesGroup } from '../../system/terminal.js'
import type { Launch } from './launch.js'
import { namesOfOurs } from './pid-variables.js'
import { giveAwayPipes } from './pipes.js'
import type { Settings } from './settings.js'
import { isSessionLeader } from './terminal.js'

/** The command that `pid1` runs, in the environment that `pid1` itself was started in. */
export class Command {
  /** Whether the command has a process group of its own. */
  readonly ownGroup: boolean
  /** Whether the command's group gets the terminal's foreground whenever `pid1`'s group would have it. */
  readonly foreground: boolean
  readonly #child: Child
  readonly #wholeGroup: boolean

  constructor(words: readonly Buffer[], settings: Settings, launch: Launch) {
    const [file, ...args] = words as [Buffer, ...Buffer[]]
    const fds = launch.fds.filter((fd) => fd !== settings.statusFd)
    this.#wholeGroup = settings.target !== 'child'
    const terminal = hasTerminal()
    const shared = terminal && !isSessionLeader() && sharesGroup()
    this.ownGroup = this.#wholeGroup || needsOwnGroup(settings, terminal, shared)
    this.foreground = this.ownGroup && !shared
    const session = settings.target === 'session' && !terminal
    const { ownGroup: processGroup, foreground } = this
    if (settings.uid !== undefined) giveAwayPipes(settings.uid)
    const options = {
      ...worldOf(launch),
      stdio: inherit(fds),
      ...wishesOf(settings),
      env: withVariables(launch.environment, settings.variables),
      cleanEnv: true, // the environment of the launch is the whole one
      ...(session ? { session } : { processGroup, foreground }),
    }
    const naming = namesOfOurs(options.env)
    this.#child = spawnInPlace(file, args, options, { naming, alone: true, awaited: true })
    letGo(fds, settings.statusFd)
  }

  /** @throws {SextonError} the failure, if the command could not be started. */
  get pid(): number {
    return this.#child.pid
  }

  get exited(): Promise<ExitStatus> {
    return this.#child.exited
  }

  /** Sends a signal to the command, or to its group if that is the target. Returns false if it is gone. */
  send(signal: number): boolean {
    return this.#wholeGroup ? this.sendToGroup(signal) : this.#child.kill(signal)
  }

  /** Sends a signal to the command's group. Until its leader is reaped, no other group can have its id. */
  sendToGroup(signal: number): boolean {
    if (this.#child.status !== undefined) return false
    const result = binding.kill(-this.pid, signal)
    if (result === 0) return true
    if (result === -ESRCH) return false
    throw systemError(result, `kill ${signalName(signal)}`, { pid: -this.pid })
  }
}

/**
 * Whether the command needs a process group of its own.
 *
 * In a pipeline or under a script, `pid1` shares its group with others. The terminal belongs to all of them, so
 * the command stays in the group, as it would without `pid1`. Elsewhere a group of its own prevents signals to
 * pid1's group from reaching the command twice, and allows rewriting Ctrl-C. If pid1 leads the session, no shell
 * could resume a command that Ctrl-Z stops. Then the command stays in pid1's group: that group is orphaned, and
 * the kernel discards such stops there.
 */
function needsOwnGroup({ rewrites }: Settings, terminal: boolean, shared: boolean): boolean {
  if (!terminal || rewrites.size > 0) return true
  return !shared && !isSessionLeader()
}

function worldOf({ ignored, blocked, limits }: Launch): SpawnOptions {
  return {
    ignoredSignals: ignored,
    blockedSignals: blocked,
    rlimits: limits,
  }
}

function wishesOf(settings: Settings): SpawnOptions {
  const { childDeathSignal, uid, gid, workdir } = settings
  return {
    ...(childDeathSignal !== undefined && { deathSignal: childDeathSignal }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(workdir !== undefined && { cwd: workdir }),
  }
}

function withVariables(environment: readonly Buffer[], variables: readonly Buffer[]): Buffer[] {
  const nameOf = (entry: Buffer) => entry.toString('latin1').split('=', 1)[0]
  const added = new Map(variables.map((entry) => [nameOf(entry), entry])) // the last value of a name wins
  return [...environment.filter((entry) => !added.has(nameOf(entry))), ...added.values()]
}

// Passes inherited descriptors on, because Node has marked them close-on-exec. The descriptors in between
// belong to Node.
function inherit(fds: readonly number[]): Stdio[] {
  const passed = new Set([0, 1, 2, ...fds])
  const most = Math.max(...passed)
  return Array.from({ length: most + 1 }, (_, fd) => (passed.has(fd) ? 'inherit' : 'ignore'))
}

/**
 * Closes pid1's copies of the inherited descriptors. Otherwise the reader of a pipe that the command closes would never
 * see its end. Descriptors 0 and 1 become /dev/null, so that no later file takes their numbers.
 */
export function letGo(fds: readonly number[], statusFd: number | undefined): void {
  for (const fd of fds) closeSync(fd)
  if (!existsSync('/dev/null')) return
  for (const fd of [0, 1]) {
    if (fd === statusFd) continue
    closeSync(fd)
    openSync('/dev/null', 'r+') // the lowest free number
  }
}
