import { spawn } from '../spawn/spawn.js'
import type { Stdio } from '../spawn/stdio.js'
import { inheritedDescriptors } from './inherited.js'
import { DAEMON, type Launch } from './launch.js'
import type { Settings } from './settings.js'
import { descriptorIn } from './surroundings.js'

const PIPES = ['_OCI_SYNCPIPE', '_OCI_STARTPIPE', '_OCI_ATTACHPIPE']

/**
 * Starts this program again, in a session of its own and without this process's standard streams: who reads those waits
 * for their end. Node cannot fork.
 *
 * @returns The pid of the new process.
 */
export function startDaemon(settings: Settings, { notes, words }: Launch): number {
  const keepsStreams = settings.drivers.some(({ kind }) => kind === 'passthrough')
  const standard: Stdio = keepsStreams ? 'inherit' : 'ignore'
  const stdio: Stdio[] = [standard, standard, standard, ...inheritedDescriptors(settings)]
  for (const pipe of PIPES) {
    const fd = descriptorIn(pipe, settings.surroundings)
    if (fd === undefined) continue
    while (stdio.length < fd) stdio.push('ignore')
    stdio[fd] = 'inherit'
  }
  const program = process.argv[1] as string
  const self = [...process.execArgv, program, ...notes, DAEMON, ...words]
  return spawn(process.execPath, self, { stdio, session: true }).pid
}
