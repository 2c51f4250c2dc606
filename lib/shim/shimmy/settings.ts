import { resolve } from 'node:path'
import { parseArguments } from '../arguments.js'
import { OPTIONS, type ValuesOf } from '../options.js'
import { type Level, levelNamed } from '../own-log.js'
import { Refusal } from '../refusal.js'
import { checkRuntime, type Settings } from '../settings.js'
import { ownSurroundings } from '../surroundings.js'
import type { SHIMMY_OPTIONS } from './options.js'

/** The checked options of shimmy: those that the machine knows from conmon, and its own. */
export interface ShimmySettings extends Settings {
  level: Level
  exitFile: string
  logFile: string
  attachFile: string
  /** The descriptor of the sync pipe, if an option gives it. */
  syncPipe: string | undefined
}

type Values = ValuesOf<typeof SHIMMY_OPTIONS>

const REQUIRED = [
  ...['shimmy-pidfile', 'runtime', 'bundle', 'container-id', 'container-pidfile'],
  ...['container-logfile', 'container-exitfile', 'container-attachfile'],
] as readonly (keyof Values)[]

/**
 * Checks the options together.
 *
 * @throws {Refusal} if one is missing or wrong.
 */
export function checkShimmySettings(
  values: Values,
  surroundings = ownSurroundings(),
): ShimmySettings {
  const missing = REQUIRED.filter((name) => values[name] === undefined)
  if (missing.length > 0) {
    throw new Refusal(`required options were not provided: --${missing.join(', --')}`)
  }
  const given = values as { [Name in keyof Values]: Exclude<Values[Name], undefined> }
  const at = (path: string) => resolve(surroundings.cwd, path)
  const [cid, runtime, bundle] = [given['container-id'], at(given.runtime), at(given.bundle)]
  checkRuntime(runtime)
  return {
    ...parseArguments([], OPTIONS),
    ...{ cid, cuuid: cid, runtime, bundle, surroundings, mode: 'create', drivers: [] },
    'runtime-arg': given['runtime-arg'].map((word) => word.replace(/^'+|'+$/g, '')),
    'conmon-pidfile': at(given['shimmy-pidfile']),
    containerPidfile: at(given['container-pidfile']),
    stdin: given.stdin,
    'leave-stdin-open': !given['stdin-once'],
    level: levelOf(values['shimmy-log-level']),
    exitFile: at(given['container-exitfile']),
    logFile: at(given['container-logfile']),
    attachFile: at(given['container-attachfile']),
    syncPipe: values['syncpipe-fd'],
  }
}

function levelOf(name = 'info'): Level {
  const level = levelNamed(name)
  if (level === undefined) throw new Refusal(`No such log level ${name}`)
  return level
}
