import { parseArguments } from '../shim/arguments.js'
import { startDaemon } from '../shim/daemon.js'
import { help } from '../shim/help.js'
import type { Launch } from '../shim/launch.js'
import { ManagerPipe } from '../shim/manager-pipe.js'
import { Refusal } from '../shim/refusal.js'
import { openShimmyLog, shimmyContract } from '../shim/shimmy/contract.js'
import { SHIMMY_OPTIONS } from '../shim/shimmy/options.js'
import { checkShimmySettings } from '../shim/shimmy/settings.js'
import { descriptorIn, ownSurroundings } from '../shim/surroundings.js'
import { print, serve, writePid } from './shim-process.js'

const SYNC_PIPE = '_OCI_SYNCPIPE'

/** Runs `sexton-shim` by shimmy's contract, whose options these words are. */
export async function runShimmy(words: readonly string[], launch: Launch): Promise<number> {
  const values = parseArguments(words, SHIMMY_OPTIONS)
  if (values.help) return print(help('shimmy', SHIMMY_OPTIONS))
  const surroundings = ownSurroundings(launch.limits)
  const settings = checkShimmySettings(values, surroundings)
  // The daemon inherits what the environment names.
  if (settings.syncPipe !== undefined) process.env[SYNC_PIPE] = settings.syncPipe
  const syncPipe = descriptorIn(SYNC_PIPE, surroundings)
  if (syncPipe === undefined) {
    throw new Refusal(`required options were not provided: --syncpipe-fd, or ${SYNC_PIPE}`)
  }
  if (launch.isDaemon) {
    return serve(settings, 'shimmy', shimmyContract(settings, new ManagerPipe(syncPipe)))
  }
  openShimmyLog(settings) // to refuse now what could not be told later
  writePid(settings, startDaemon(settings, launch))
  return 0
}
