/** Whom a signal for the command goes to. */
export type Target = 'child' | 'group' | 'session'

/** The program that `pid1` stands in for: where their defaults collide, its user has chosen by name. */
export interface Persona {
  name: 'pid1' | 'tini' | 'dumb-init' | 'catatonit'
  target: Target
  /** Milliseconds that what is left has between TERM and KILL; `undefined`: it is left alone. */
  grace: number | undefined
  /** The group gets a TERM as its leader goes, and no time. */
  farewell: boolean
  /** Adopts orphans without being asked to. */
  adopts: boolean
  /** Warns when orphans will go elsewhere. */
  warnsWhenPlain: boolean
  /** Signals that are swallowed rather than forwarded. */
  swallows: readonly number[]
  usageExit: number
  /** Exit codes for a command that is not there, that may not be run, and that fails otherwise. */
  execExits: readonly [missing: number, denied: number, other: number]
  helpTo: 'stdout' | 'stderr'
  versionTo: 'stdout' | 'stderr'
  versionText: (version: string) => string
}

const [SIGTSTP, SIGTTIN, SIGTTOU] = [20, 21, 22]

const PID1: Persona = {
  name: 'pid1',
  target: 'child',
  grace: 5000,
  farewell: false,
  adopts: false,
  warnsWhenPlain: true,
  swallows: [],
  usageExit: 2,
  execExits: [127, 126, 126],
  helpTo: 'stdout',
  versionTo: 'stdout',
  versionText: (version) => `pid1 (sexton) ${version}`,
}

const TINI: Persona = {
  ...PID1,
  name: 'tini',
  grace: undefined,
  swallows: [SIGTTIN, SIGTTOU],
  usageExit: 1,
  execExits: [127, 126, 1],
  // The form that container engines look for.
  versionText: (version) => `tini version ${version}_sexton`,
}

const DUMB_INIT: Persona = {
  ...PID1,
  name: 'dumb-init',
  target: 'session',
  grace: undefined,
  farewell: true,
  warnsWhenPlain: false,
  usageExit: 1,
  execExits: [2, 2, 2],
  helpTo: 'stderr',
  versionTo: 'stderr',
  versionText: (version) => `dumb-init v${version}_sexton`,
}

const CATATONIT: Persona = {
  ...PID1,
  name: 'catatonit',
  grace: undefined,
  adopts: true,
  warnsWhenPlain: false,
  swallows: [SIGTSTP, SIGTTIN, SIGTTOU],
  usageExit: 1,
  execExits: [1, 1, 1],
  helpTo: 'stderr',
  versionText: TINI.versionText,
}

const PERSONAS: Readonly<Record<string, Persona>> = {
  none: PID1,
  pid1: PID1,
  tini: TINI,
  'tini-static': TINI,
  'docker-init': TINI,
  'dumb-init': DUMB_INIT,
  catatonit: CATATONIT,
}

/** The values of `--compat`. */
export const PERSONA_NAMES = ['tini', 'dumb-init', 'catatonit', 'none'] as const

/** The persona of a name given to `--compat`, or that the program was started by. */
export function personaOf(name: string): Persona | undefined {
  return Object.hasOwn(PERSONAS, name) ? PERSONAS[name] : undefined
}
