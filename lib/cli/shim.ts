import { readSync } from 'node:fs'
import { basename } from 'node:path'
import { invalid } from '../base/errors.js'
import { parseArguments } from '../shim/arguments.js'
import { conmonContract, conmonOwnLog } from '../shim/conmon-contract.js'
import { startDaemon } from '../shim/daemon.js'
import { help } from '../shim/help.js'
import { type Launch, readLaunch } from '../shim/launch.js'
import { Log } from '../shim/log.js'
import { ManagerPipe } from '../shim/manager-pipe.js'
import { OPTIONS } from '../shim/options.js'
import { OwnLog } from '../shim/own-log.js'
import { Pollable } from '../shim/pollable.js'
import { Refusal } from '../shim/refusal.js'
import { checkSettings, type Settings, usesJournal } from '../shim/settings.js'
import { descriptorIn, ownSurroundings } from '../shim/surroundings.js'
import { explanation } from './explanation.js'
import { leave } from './leave.js'
import { print, serve, writePid } from './shim-process.js'
import { runShimmy } from './shimmy.js'

// The program `sexton-shim`, a container runtime shim, which podman and CRI-O can start in place of conmon, and conman in
// place of shimmy.
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

let contract = 'conmon'
/** Says what failed also where the manager asked for it. */
let ownLog = new OwnLog('off', [])

async function main(): Promise<number> {
  const launch = readLaunch(process.argv.slice(2))
  const words = chooseContract(launch.words)
  return contract === 'shimmy' ? runShimmy(words, launch) : runConmon(words, launch)
}

/** Notes which contract is chosen, by the first words or by the program's name. Returns the other words. */
function chooseContract(words: readonly string[]): readonly string[] {
  const [first = '', second] = words
  const inline = first.startsWith('--compat=')
  const chosen = inline
    ? first.slice('--compat='.length)
    : first === '--compat'
      ? second
      : undefined
  const name = chosen ?? basename(process.argv[1] ?? '').replace(/\.c?js$/, '')
  if (name !== 'conmon' && name !== 'shimmy') {
    const expected = 'conmon or shimmy, by --compat or by the name of the program'
    throw new Refusal(invalid('contract', name, expected))
  }
  contract = name
  return chosen === undefined ? words : words.slice(inline ? 1 : 2)
}

async function runConmon(words: readonly string[], launch: Launch): Promise<number> {
  const values = parseArguments(words, OPTIONS)
  if (values.help) return print(help('conmon', OPTIONS))
  if (values.version) return print(`conmon version ${CONMON_VERSION}\ncommit: sexton-shim\n`)
  ownLog = conmonOwnLog({ ...values, sync: false }) // what failed is printed below, too
  const settings = checkSettings(values, ownSurroundings(launch.limits))
  if (launch.isDaemon) return serveConmon(settings)
  if (settings['exec-attach'] && given(settings, '_OCI_ATTACHPIPE') === undefined) {
    throw new Refusal('--attach specified but _OCI_ATTACHPIPE was not')
  }
  warn(settings)
  const log = new Log(settings)
  awaitManager(settings)
  if (settings.sync) return serveConmon(settings, log)
  writePid(settings, startDaemon(settings, launch))
  return 0
}

function warn(settings: Settings): void {
  if (!settings['no-container-partial-message'] || usesJournal(settings.drivers)) return
  const option = '--no-container-partial-message'
  print(`conmon: ${option} has no effect without journald log driver\n`, 2)
}

// One byte and no more: the manager may have a second one for the start of an exec session.
function awaitManager(settings: Settings): void {
  const fd = given(settings, '_OCI_STARTPIPE')
  if (fd !== undefined) readSync(fd, Buffer.alloc(1), 0, 1, null)
}

function serveConmon(settings: Settings, log?: Log): Promise<number> {
  if (settings.sync) writePid(settings, process.pid)
  const sync = new ManagerPipe(given(settings, '_OCI_SYNCPIPE'))
  const attached = new ManagerPipe(given(settings, '_OCI_ATTACHPIPE'))
  const pipes = { sync, attached, mayBegin: () => mayBegin(settings) }
  return serve(settings, 'conmon', conmonContract(settings, pipes, log))
}

async function mayBegin(settings: Settings): Promise<void> {
  const fd = given(settings, '_OCI_STARTPIPE')
  if (fd === undefined) return
  await new Pollable(fd).readable()
  readSync(fd, Buffer.alloc(1), 0, 1, null)
}

function given({ surroundings }: Settings, pipe: string): number | undefined {
  return descriptorIn(pipe, surroundings)
}

main().then(
  (code) => leave(code),
  (error) => {
    const text = error instanceof Refusal ? error.message : explanation(error)
    print(`${contract}: ${text}\n`, 2)
    ownLog.write('error', text)
    leave(FAILED)
  },
)
