import { invalid } from '../base/errors.js'
import { EnvironmentBlock, latin1, nameOf, splitBlock } from './environment-block.js'
import type { Bytes, Environment } from './options.js'
import { ownEnvironment, withOwnBytes } from './own-environment.js'
import { block, encode } from './strings.js'

/** A variable in which systemd names a process: see sd_listen_fds(3), sd_watchdog_enabled(3), systemd.exec(5). */
export type PidVariable = 'LISTEN_PID' | 'LISTEN_PIDFDID' | 'SYSTEMD_EXEC_PID' | 'WATCHDOG_PID'

/**
 * Encodes the environment of a child: this process's own, byte for byte, with the changes of `env`.
 *
 * @param clean Whether the child gets nothing but `env`.
 * @param naming The variables that the child sets to its own pid, if they are present.
 */
export function encodeEnvironment(
  env: Environment | undefined,
  clean: boolean,
  naming: readonly PidVariable[],
): Uint8Array {
  const bytes = clean ? block(changesOf(env).added) : inheritedWith(env)
  if (naming.length === 0) return bytes
  return block(splitBlock(bytes).map((entry) => withRoom(entry, naming)))
}

/** What `env` changes in an environment. */
interface Changes {
  /** The names of the variables that it sets or removes. */
  names: Set<string>
  /** The variables that it sets, encoded. */
  added: Uint8Array[]
}

// The index of the block is made once and then serves every spawn, until the environment changes.
let latest: EnvironmentBlock | undefined

function inheritedWith(env: Environment | undefined): Uint8Array {
  const inherited = ownEnvironment() ?? block(withOwnBytes(changesOf(process.env).added))
  if (env === undefined) return inherited
  const { names, added } = changesOf(env)
  if (latest?.bytes !== inherited) latest = new EnvironmentBlock(inherited)
  return block([...latest.without(names), ...added])
}

function changesOf(env: Environment = {}): Changes {
  const changes: Changes = { names: new Set(), added: [] }
  if (isList(env)) addList(env, changes)
  else addRecord(env, changes)
  return changes
}

function isList(env: Environment): env is readonly Bytes[] {
  return Array.isArray(env)
}

function addList(env: readonly Bytes[], { names, added }: Changes): void {
  // A `for` loop over indices also visits the holes of the array.
  for (let i = 0; i < env.length; i += 1) {
    const entry = encode(`env[${i}]`, env[i] as Bytes)
    const name = nameOf(entry)
    if (name !== undefined) names.add(name)
    added.push(entry)
  }
}

function addRecord(
  env: Readonly<Record<string, Bytes | undefined>>,
  { names, added }: Changes,
): void {
  // Inherited properties count, as in child_process, because many programs use Object.create(process.env).
  for (const name in env) {
    const value = env[name]
    checkVariableName(name)
    names.add(latin1(Buffer.from(name)))
    if (value !== undefined) added.push(encodeVariable(name, value))
  }
}

function encodeVariable(name: string, value: Bytes): Uint8Array {
  // Most variables are text, and one conversion takes a tenth of the time of several.
  if (typeof value === 'string' && !value.includes('\0')) {
    return Buffer.from(`${name}=${value}\0`)
  }
  return Buffer.concat([Buffer.from(`${name}=`), encode(`env.${name}`, value)])
}

function checkVariableName(name: string): void {
  if (name.includes('\0')) encode('name in env', name)
  if (name !== '' && !name.includes('=')) return
  const expected = "a name without '=', for example 'PATH'"
  throw new TypeError(invalid('name in env', name, expected))
}

// Reserves room for an id as zeros, which the child overwrites. native/spawn/exec.cc relies on their number: a pid has at
// most 10 digits, the id of a pidfd at most 20.
function withRoom(entry: Uint8Array, naming: readonly PidVariable[]): Uint8Array {
  const text = latin1(entry)
  const name = naming.find((each) => text.startsWith(`${each}=`))
  if (name === undefined) return entry
  return encode(name, `${name}=${'0'.repeat(name === 'LISTEN_PIDFDID' ? 20 : 10)}`)
}
