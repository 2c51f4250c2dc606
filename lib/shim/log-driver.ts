import { Refusal } from './refusal.js'

/** Where the container's output goes: a file, the system's journal, nowhere, or to this process's own streams. */
export type LogDriver =
  | { kind: 'file'; path: string }
  | { kind: 'journald' | 'none' | 'passthrough' }

const NOWHERE: ReadonlySet<string> = new Set(['none', 'off', 'null'])

/**
 * Reads a value of `--log-path`: a path, `k8s-file:PATH`, `:PATH`, `journald`, `none`, `off`, `null` or
 * `passthrough`.
 *
 * @throws {Refusal} if the driver is unknown, or a path is missing.
 */
export function parseLogDriver(value: string): LogDriver {
  if (value === '') throw new Refusal('log-path must not be empty')
  const [, driver, path = ''] = /^([^:]*)(?::(.*))?$/s.exec(value) as unknown as string[]
  const hasColon = value.includes(':')
  if (driver === 'k8s-file' || (driver === '' && hasColon)) return file(path)
  if (driver === 'journald') return { kind: 'journald' }
  if (NOWHERE.has(driver as string)) return { kind: 'none' }
  if (driver === 'passthrough') return { kind: 'passthrough' }
  if (hasColon) throw new Refusal(`No such log driver ${driver}`)
  return file(value)
}

/** The refusal of a part of conmon's contract that this shim lacks. */
export function notBuilt(what: string): Refusal {
  return new Refusal(`sexton-shim does not have ${what}`)
}

function file(path: string): LogDriver {
  if (path === '') throw new Refusal('k8s-file requires a filename')
  return { kind: 'file', path }
}
