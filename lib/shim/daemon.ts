import { spawn } from '../spawn/spawn.js'
import type { Stdio } from '../spawn/stdio.js'
import { inheritedDescriptors } from './inherited.js'
import { descriptorIn } from './manager-pipe.js'
import type { Settings } from './settings.js'

/** The word in front of the options by which a shim knows that it is in the background. */
export const DAEMON = '--daemon'

// One thread for V8 is enough, and V8 does not wake up to look for memory to give back. Node takes a tenth of its start
// to give its hash tables a seed of their own, which only keys chosen by a stranger would need.
const FLAGS = ['--v8-pool-size=1', '--no-memory-reducer', '--no-sparkplug', '--no-rehash-snapshot']

const PIPES = ['_OCI_SYNCPIPE', '_OCI_STARTPIPE', '_OCI_ATTACHPIPE']

/**
 * Starts this program again, in a session of its own and without this process's standard streams: who reads those waits
 * for their end. Node cannot fork.
 *
 * @returns The pid of the new process.
 */
export function startDaemon(settings: Settings, words: readonly string[]): number {
  const keepsStreams = settings.drivers.some(({ kind }) => kind === 'passthrough')
  const standard: Stdio = keepsStreams ? 'inherit' : 'ignore'
  const stdio: Stdio[] = [standard, standard, standard, ...inheritedDescriptors(settings)]
  for (const fd of PIPES.map(descriptorIn)) {
    if (fd === undefined) continue
    while (stdio.length < fd) stdio.push('ignore')
    stdio[fd] = 'inherit'
  }
  const self = [...FLAGS, ...process.execArgv, process.argv[1] as string, DAEMON, ...words]
  return spawn(process.execPath, self, { stdio, session: true }).pid
}
