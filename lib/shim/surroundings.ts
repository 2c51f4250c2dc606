import type { SpawnOptions } from '../spawn/options.js'
import { binding } from '../system/binding.js'
import { Refusal } from './refusal.js'

/** The limits that a manager gave, where Node has changed them. */
export type Limits = NonNullable<SpawnOptions['rlimits']>

/** What a manager gives a shim besides its options. */
export interface Surroundings {
  /** The working directory. */
  cwd: string
  /** The variables of the environment. */
  env: Readonly<Record<string, string | undefined>>
  /** The descriptor that the manager has opened under this number; `undefined` if it is closed. */
  descriptor: (number: number) => number | undefined
  /** The pid of the process that the manager has started. */
  pid: number
  /** What programs that are started for the manager must have, where this process has another. */
  programs: Pick<SpawnOptions, 'cwd' | 'env' | 'cleanEnv' | 'umask' | 'rlimits'>
}

/** The surroundings of this process. */
export function ownSurroundings(limits: Limits = {}): Surroundings {
  return {
    cwd: process.cwd(),
    env: process.env,
    descriptor: (number) => (binding.isOpen(number) ? number : undefined),
    pid: process.pid,
    programs: { rlimits: limits },
  }
}

/** The descriptor that a variable names; `undefined` if there is no such variable. */
export function descriptorIn(
  variable: string,
  { env, descriptor }: Surroundings,
): number | undefined {
  const value = env[variable]
  if (value === undefined || value === '') return undefined
  if (!/^\d+$/.test(value)) {
    throw new Refusal(`unable to parse ${variable}: expected a descriptor, for example 3`)
  }
  const fd = descriptor(Number(value))
  if (fd !== undefined) return fd
  throw new Refusal(`${variable} is ${value}, which is not an open descriptor`)
}
