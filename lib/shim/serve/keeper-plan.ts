import { join } from 'node:path'
import type { HeldCommand, HoldPlan } from '../../keeper/hold-settings.js'
import type { ContainerEnds } from '../container-ends.js'
import { inheritedDescriptors, passesListenersOn } from '../inherited.js'
import { PERSISTENCE } from '../persistence.js'
import { runtimeWords } from '../runtime-words.js'
import type { Settings } from '../settings.js'
import type { ShimmySettings } from '../shimmy/settings.js'
import type { Assignment } from './assignment.js'
import type { KeeperPaths } from './place.js'

// Milliseconds that the end of a container waits for another server, if its own was killed.
const PATIENCE = 1000
// The logs that a keeper can write to.
const MOST_LOGS = 3

/** The plan of a container for its keeper. */
export function planFor(
  { name, settings, syncPipe }: Assignment,
  paths: KeeperPaths,
  ends: ContainerEnds,
): HoldPlan {
  const console = settings.terminal ? paths.console : undefined
  const held = { ...ends.ours, manager: syncPipe }
  return {
    ...{ name, socket: paths.socket, console, patience: PATIENCE, persistence: PERSISTENCE },
    runtime: {
      ...{ file: settings.runtime, args: runtimeWords(settings, console) },
      options: {
        ...settings.surroundings.programs,
        deathSignal: 'SIGKILL',
        listenPid: passesListenersOn(settings),
      },
      fds: [
        ...ends.theirs,
        ...inheritedDescriptors(settings).map((fd) => (fd === 'ignore' ? -1 : fd)),
      ],
    },
    pidfile: settings.containerPidfile,
    exitCommand: exitCommandOf(settings),
    exitDelay: Math.max(settings['exit-delay'] ?? 0, 0) * 1000,
    ...filesOf(settings),
    held: Object.fromEntries(Object.entries(held).filter(([, fd]) => fd !== undefined)),
  }
}

function exitCommandOf(settings: Settings): HeldCommand | undefined {
  const { 'exit-command': file, 'exit-command-arg': args, surroundings } = settings
  return file === undefined ? undefined : { file, args, options: surroundings.programs }
}

function filesOf(
  settings: Settings | ShimmySettings,
): Pick<HoldPlan, 'exitFiles' | 'logs' | 'form'> {
  if ('exitFile' in settings) {
    return { exitFiles: [settings.exitFile], logs: [settings.logFile], form: ['shimmy'] }
  }
  const { cid, mode, drivers, 'exit-dir': exits, 'persist-dir': persistent } = settings
  const name = settings['api-version'] ? 'data' : 'exit_code'
  const paths = drivers.flatMap((driver) => (driver.kind === 'file' ? [driver.path] : []))
  return {
    exitFiles: [
      ...(exits === undefined ? [] : [join(exits, cid)]),
      ...(persistent === undefined ? [] : [join(persistent, 'exit')]),
    ],
    logs: paths.slice(0, MOST_LOGS),
    form: mode === 'exec' ? [name] : [],
  }
}
