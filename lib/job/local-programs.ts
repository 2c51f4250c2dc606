import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { invalid } from '../base/errors.js'
import type { Bytes, Environment, SpawnOptions } from '../spawn/options.js'
import { DEFAULT_PATH } from '../spawn/strings.js'

/**
 * Puts `node_modules/.bin` of a directory, and of those above it, in front of `PATH`.
 *
 * @param preferLocal The directory; `true`: the command's own.
 */
export function preferLocalPrograms(
  { env, cwd, cleanEnv }: SpawnOptions,
  preferLocal: true | string,
): Environment {
  const from = preferLocal === true ? directoryOf(cwd) : preferLocal
  const directories: string[] = []
  for (let at = resolve(from); ; at = dirname(at)) {
    directories.push(join(at, 'node_modules', '.bin'))
    if (dirname(at) === at) break
  }
  if (Array.isArray(env)) {
    throw new TypeError(`${invalid('env', env, 'an object, because of preferLocal')}
Use env: { NAME: 'value' }.`)
  }
  const record = env as Readonly<Record<string, Bytes | undefined>> | undefined
  const given = record !== undefined && 'PATH' in record
  const path = given ? record.PATH : cleanEnv ? undefined : process.env.PATH
  const rest = path === undefined ? DEFAULT_PATH : Buffer.from(path).toString()
  return { ...record, PATH: [...directories, rest].join(':') }
}

function directoryOf(cwd: SpawnOptions['cwd']): string {
  if (cwd === undefined) return process.cwd()
  if (cwd instanceof URL) return fileURLToPath(cwd)
  return Buffer.from(cwd).toString()
}
