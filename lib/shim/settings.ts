import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { SHORT_ID } from './journal-entry.js'
import { type LogDriver, notBuilt, parseLogDriver } from './log-driver.js'
import type { Values } from './options.js'
import { type Level, levelNamed } from './own-log.js'
import { Refusal } from './refusal.js'
import { ownSurroundings, type Surroundings } from './surroundings.js'

/** The checked options of a shim. */
export interface Settings extends Values {
  cid: string
  runtime: string
  bundle: string
  containerPidfile: string
  /** `create` and `restore` make a container; `exec` runs one more process in it. */
  mode: 'create' | 'exec' | 'restore'
  drivers: readonly LogDriver[]
  surroundings: Surroundings
}

const LABEL_NAME = /^[A-Z0-9_]+$/

// The options that are paths of files, besides those that are settings of their own.
const PATHS = [
  ...(['conmon-pidfile', 'exec-process-spec', 'exit-dir', 'persist-dir'] as const),
  ...(['restore', 'socket-dir-path'] as const),
]

/**
 * Checks the options together. All paths become absolute. The order of the checks, and their messages, are conmon's.
 *
 * @throws {Refusal} if one is missing or wrong, or is not built.
 */
export function checkSettings(values: Values, surroundings = ownSurroundings()): Settings {
  const { cwd } = surroundings
  const { cid, runtime } = values
  if (cid === undefined) throw new Refusal('Container ID not provided. Use --cid')
  checkMode(values)
  if (runtime === undefined) throw new Refusal('Runtime path not provided. Use --runtime')
  checkRuntime(resolve(cwd, runtime))
  if (values.exec && values['exec-process-spec'] === undefined) {
    throw new Refusal('Exec process spec path not provided. Use --exec-process-spec')
  }
  checkUnbuilt(values)
  const drivers = checkLogs(values, cwd)
  return {
    ...values,
    ...absolutePaths(values, cwd),
    ...{ cid, runtime: resolve(cwd, runtime), drivers, surroundings },
    bundle: resolve(cwd, values.bundle ?? '.'),
    containerPidfile: resolve(cwd, values['container-pidfile'] ?? `pidfile-${cid}`),
    mode: values.exec ? 'exec' : values.restore !== undefined ? 'restore' : 'create',
  }
}

function absolutePaths(values: Values, cwd: string): Partial<Values> {
  const given = PATHS.filter((name) => values[name] !== undefined)
  return Object.fromEntries(given.map((name) => [name, resolve(cwd, values[name] as string)]))
}

function checkMode(values: Values): void {
  const legacy = !values['api-version']
  if (values.restore !== undefined && values.exec) {
    throw new Refusal("Cannot use 'exec' and 'restore' at the same time")
  }
  if (!values.exec && values['exec-attach'])
    throw new Refusal('Attach can only be specified with exec')
  if (legacy && values['exec-attach']) {
    throw new Refusal('Attach can only be specified for a non-legacy exec session')
  }
  if (values.cuuid === undefined && !(values.exec && legacy)) {
    throw new Refusal('Container UUID not provided. Use --cuuid')
  }
  const level = values['log-level']
  if (level !== undefined && conmonLevel(level) === undefined)
    throw new Refusal(`No such log level ${level}`)
}

/** The level with a name of conmon's, which has none to say nothing; `undefined` if there is no such level. */
export function conmonLevel(name = 'warning'): Level | undefined {
  const level = levelNamed(name)
  return level === 'off' ? undefined : level
}

/** @throws {Refusal} if there is no program at this path. */
export function checkRuntime(path: string): void {
  try {
    accessSync(path, constants.X_OK)
  } catch {
    throw new Refusal(`Runtime path ${path} is not valid`)
  }
}

function checkUnbuilt(values: Values): void {
  const unbuilt = ['seccomp-notify-socket', 'seccomp-notify-plugins'] as const
  for (const name of unbuilt) if (values[name] !== undefined) throw notBuilt(`--${name}`)
}

function checkLogs(values: Values, cwd: string): LogDriver[] {
  const paths = values['log-path']
  if (paths.length === 0) throw new Refusal('Log driver not provided. Use --log-path')
  const drivers = paths.map(parseLogDriver)
  for (const label of values['log-label']) checkLabel(label)
  checkJournal(values, usesJournal(drivers))
  const allowed = values['log-allowlist-dir'].map((folder) => resolve(cwd, folder))
  for (const driver of drivers) {
    if (driver.kind !== 'file' || allowed.length === 0) continue
    const path = resolve(cwd, driver.path)
    if (!allowed.some((folder) => path.startsWith(`${folder}/`))) {
      throw new Refusal(`log path ${driver.path} is outside of --log-allowlist-dir`)
    }
  }
  return drivers.map((driver) =>
    driver.kind === 'file' ? { ...driver, path: resolve(cwd, driver.path) } : driver,
  )
}

/** Whether one of the logs is the system's journal. */
function usesJournal(drivers: readonly LogDriver[]): boolean {
  return drivers.some(({ kind }) => kind === 'journald')
}

/** A warning about settings that work but are odd; empty if there is none. */
export function warningFor(settings: Settings): string {
  if (!settings['no-container-partial-message'] || usesJournal(settings.drivers)) return ''
  const option = '--no-container-partial-message'
  return `conmon: ${option} has no effect without journald log driver\n`
}

function checkJournal(values: Values, isUsed: boolean): void {
  const { cuuid = '', 'log-label': labels, 'log-tag': tag } = values
  if (isUsed && cuuid.length <= SHORT_ID) {
    throw new Refusal(`Container ID must be longer than ${SHORT_ID} characters`)
  }
  if (isUsed) return
  if (labels.length > 0) throw new Refusal("k8s-file doesn't support --log-label")
  if (tag !== undefined) throw new Refusal("k8s-file doesn't support --log-tag")
}

function checkLabel(label: string): void {
  const [name = '', ...value] = label.split('=')
  if (value.length === 0) throw new Refusal('Container labels must be in format LABEL=VALUE')
  if (LABEL_NAME.test(name)) return
  const expected = 'must contain only uppercase letters, numbers and underscore'
  throw new Refusal(`Container label names ${expected}`)
}
