import { parseArguments } from '../shim/arguments.js'
import { conmonContract, conmonOwnLog } from '../shim/conmon-contract.js'
import { startDaemon } from '../shim/daemon.js'
import { help } from '../shim/help.js'
import { type Launch, readLaunch } from '../shim/launch.js'
import { Log } from '../shim/log.js'
import { ManagerPipe } from '../shim/manager-pipe.js'
import { OPTIONS } from '../shim/options.js'
import { OwnLog } from '../shim/own-log.js'
import { chooseContract } from '../shim/program-name.js'
import { Refusal } from '../shim/refusal.js'
import { checkSettings, type Settings, warningFor } from '../shim/settings.js'
import { awaitStart, readStart } from '../shim/start-pipe.js'
import { descriptorIn, ownSurroundings } from '../shim/surroundings.js'
import { VERSION_TEXT } from '../shim/version.js'
import { explanation } from './explanation.js'
import { leave } from './leave.js'
import { print, serve, writePid } from './shim-process.js'
import { runServer, SERVE } from './shim-server.js'
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

const FAILED = 1

let contract = 'conmon'
/** Says what failed also where the manager asked for it. */
let ownLog = new OwnLog('off', [])

async function main(): Promise<number> {
  const launch = readLaunch(process.argv.slice(2))
  if (launch.words[0] === SERVE) return runServer(launch.words.slice(1))
  const chosen = chooseContract(process.argv[1] ?? '', launch.words)
  contract = chosen.contract
  const { words } = chosen
  return contract === 'shimmy' ? runShimmy(words, launch) : runConmon(words, launch)
}

async function runConmon(words: readonly string[], launch: Launch): Promise<number> {
  const values = parseArguments(words, OPTIONS)
  if (values.help) return print(help('conmon', OPTIONS))
  if (values.version) return print(VERSION_TEXT)
  ownLog = conmonOwnLog({ ...values, sync: false }) // what failed is printed below, too
  const settings = checkSettings(values, ownSurroundings(launch.limits))
  if (launch.isDaemon) return serveConmon(settings)
  if (settings['exec-attach'] && given(settings, '_OCI_ATTACHPIPE') === undefined) {
    throw new Refusal('--attach specified but _OCI_ATTACHPIPE was not')
  }
  print(warningFor(settings), 2)
  const log = new Log(settings)
  awaitManager(settings)
  if (settings.sync) return serveConmon(settings, log)
  writePid(settings, startDaemon(settings, launch))
  return 0
}

function awaitManager(settings: Settings): void {
  const fd = given(settings, '_OCI_STARTPIPE')
  if (fd !== undefined) readStart(fd)
}

function serveConmon(settings: Settings, log?: Log): Promise<number> {
  if (settings.sync) writePid(settings, process.pid)
  const sync = new ManagerPipe(given(settings, '_OCI_SYNCPIPE'))
  const attached = new ManagerPipe(given(settings, '_OCI_ATTACHPIPE'))
  const pipes = { sync, attached, mayBegin: () => awaitStart(given(settings, '_OCI_STARTPIPE')) }
  return serve(settings, 'conmon', conmonContract(settings, pipes, log))
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
