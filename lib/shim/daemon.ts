import { spawn } from '../spawn/spawn.js'
import type { Stdio } from '../spawn/stdio.js'
import { inheritedDescriptors } from './inherited.js'
import { descriptorIn } from './manager-pipe.js'
import type { Settings } from './settings.js'

/** The word in front of the options by which a shim knows that it is in the background. */
export const DAEMON = '--daemon'

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
  const self = [...process.execArgv, process.argv[1] as string, DAEMON, ...words]
  return spawn(process.execPath, self, { stdio, session: true }).pid
}
