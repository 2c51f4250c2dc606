import { constants } from 'node:os'

/** The target of a signal for the command: the command, its process group, or its session. */
export type Target = 'child' | 'group' | 'session'

/** The init that `pid1` replaces. It determines the defaults in which the inits differ. */
export interface Persona {
  name: 'pid1' | 'tini' | 'dumb-init' | 'catatonit'
  target: Target
  /** Milliseconds from TERM to KILL for leftover processes; `undefined` leaves them alone. */
  grace: number | undefined
  /** Whether the group receives TERM when its leader exits, without a grace. */
  farewell: boolean
  /** Whether it becomes a subreaper without an option. */
  adopts: boolean
  /** Whether it warns if another process will adopt the orphans. */
  warnsWhenPlain: boolean
  /** Signals that it does not forward. */
  swallows: readonly number[]
  usageExit: number
  /** Exit codes for a command that does not exist, may not be executed, or cannot be executed otherwise. */
  execExits: readonly [missing: number, denied: number, other: number]
  helpTo: 'stdout' | 'stderr'
  versionTo: 'stdout' | 'stderr'
  versionText: (version: string) => string
}

const { SIGTSTP, SIGTTIN, SIGTTOU } = constants.signals

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
  // Container engines expect this form.
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

/** The personas by the names that choose them. */
export const PERSONAS: Readonly<Record<string, Persona>> = {
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

/** Finds the persona by a name that was given to `--compat`, or under which the program was started. */
export function personaOf(name: string): Persona | undefined {
  return Object.hasOwn(PERSONAS, name) ? PERSONAS[name] : undefined
}
