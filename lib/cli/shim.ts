import { readSync, writeFileSync, writeSync } from 'node:fs'
import { basename } from 'node:path'
import { invalid } from '../base/errors.js'
import { parseArguments } from '../shim/arguments.js'
import { ConmonReports } from '../shim/conmon-reports.js'
import { startDaemon } from '../shim/daemon.js'
import { openEntrances } from '../shim/entrances.js'
import { writeWhole } from '../shim/exit-files.js'
import { help } from '../shim/help.js'
import { readLaunch } from '../shim/launch.js'
import { Log } from '../shim/log.js'
import { Machine } from '../shim/machine.js'
import { descriptorIn, ManagerPipe } from '../shim/manager-pipe.js'
import { Pollable } from '../shim/pollable.js'
import { Refusal } from '../shim/refusal.js'
import { Service } from '../shim/service.js'
import { checkSettings, type Settings } from '../shim/settings.js'
import { ThisProcess } from '../shim/this-process.js'
import { explanation } from './explanation.js'
import { leave } from './leave.js'

// The program `sexton-shim`, a container runtime shim, which podman and CRI-O can start in place of conmon.
//
// `shim-prologue.sh`, the first lines of the program's file, tells the version, or starts Node.
//
// 1. In the foreground it checks its options, and says what is wrong with them.
// 2. It waits until the manager lets it start. By then the manager has moved it into its control group.
// 3. It starts itself again as a daemon, writes the daemon's pid, and exits (`shim/daemon.ts`).
// 4. The daemon drives the container's life: `shim/machine.ts`.

// The version of conmon whose contract this is. Managers refuse a program that has none, or an old one. The prologue
// tells it too.
const CONMON_VERSION = '2.2.1'
const FAILED = 1

async function main(): Promise<number> {
  const launch = readLaunch(process.argv.slice(2))
  const values = parseArguments(optionsAmong(launch.words))
  if (values.help || values.version) return print(values.help ? help() : versionText())
  const settings = checkSettings(values, launch.limits)
  if (launch.isDaemon) return serve(settings)
  if (settings['exec-attach'] && descriptorIn('_OCI_ATTACHPIPE') === undefined) {
    throw new Refusal('--attach specified but _OCI_ATTACHPIPE was not')
  }
  warn(settings)
  const log = new Log(settings)
  awaitManager()
  if (settings.sync) return serve(settings, log)
  const pid = startDaemon(settings, launch)
  writePid(settings, pid)
  return 0
}

/** The options, without the choice of a contract. The name of the program may choose it, too. */
function optionsAmong(words: readonly string[]): readonly string[] {
  const [first = '', second] = words
  const inline = first.startsWith('--compat=')
  const chosen = inline
    ? first.slice('--compat='.length)
    : first === '--compat'
      ? second
      : undefined
  const name = chosen ?? basename(process.argv[1] ?? '').replace(/\.c?js$/, '')
  if (name !== 'conmon') {
    const expected = 'conmon, by --compat conmon or by the name of the program'
    throw new Refusal(invalid('contract', name, expected))
  }
  return chosen === undefined ? words : words.slice(inline ? 1 : 2)
}

// Not by Node's streams: they would make the descriptor non-blocking, for the manager too, which shares it.
function print(text: string, fd = 1): number {
  try {
    writeSync(fd, text)
  } catch {} // the reader is gone
  return 0
}

function versionText(): string {
  return `conmon version ${CONMON_VERSION}\ncommit: sexton-shim\n`
}

function warn(settings: Settings): void {
  if (!settings['no-container-partial-message']) return
  const option = '--no-container-partial-message'
  print(`conmon: ${option} has no effect without journald log driver\n`, 2)
}

// One byte and no more: the manager may have a second one for the start of an exec session.
function awaitManager(): void {
  const fd = descriptorIn('_OCI_STARTPIPE')
  if (fd !== undefined) readSync(fd, Buffer.alloc(1), 0, 1, null)
}

function writePid(settings: Settings, pid: number): void {
  const path = settings['conmon-pidfile']
  if (path !== undefined) writeWhole(path, String(pid))
}

async function serve(settings: Settings, opened?: Log): Promise<number> {
  const isLegacy = !settings['api-version']
  const sync = new ManagerPipe('_OCI_SYNCPIPE', isLegacy)
  if (settings.sync) writePid(settings, process.pid)
  writeName()
  try {
    const holder = new ThisProcess(settings)
    const service = new Service(settings, holder, opened ?? new Log(settings), () =>
      openEntrances(settings),
    )
    // The loader's listener would end the shim, and with it the container's output.
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => service.complain(error))
    const attached = new ManagerPipe('_OCI_ATTACHPIPE', false)
    const reports = new ConmonReports(settings, { sync, attached, mayBegin })
    return await new Machine({ settings, holder, service, reports }).run()
  } catch (error) {
    sync.send({
      number: -1,
      legacyName: settings.exec ? 'exit_code' : 'pid',
      text: explanation(error),
    })
    throw error
  }
}

async function mayBegin(): Promise<void> {
  const fd = descriptorIn('_OCI_STARTPIPE')
  if (fd === undefined) return
  await new Pollable(fd).readable()
  readSync(fd, Buffer.alloc(1), 0, 1, null)
}

// `ps` and `pgrep` then show the shim by the name that managers know.
function writeName(): void {
  try {
    writeFileSync('/proc/self/comm', 'conmon')
  } catch {}
}

main().then(
  (code) => leave(code),
  (error) => {
    const text = error instanceof Refusal ? error.message : explanation(error)
    print(`conmon: ${text}\n`, 2)
    leave(FAILED)
  },
)
