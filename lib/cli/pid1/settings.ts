import type { Persona, Target } from './persona.js'

/** The settings of `pid1`, from its options and environment. */
export interface Settings {
  persona: Persona
  subreaper: boolean
  target: Target
  /** The signal to forward instead, by received signal; 0 drops it. */
  rewrites: Map<number, number>
  /** Exit codes of the command that `pid1` replaces with 0. */
  forgiven: Set<number>
  parentDeathSignal: number | undefined
  childDeathSignal: number | undefined
  grace: number | undefined
  killAfter: number | undefined
  pause: boolean
  workdir: Buffer | undefined
  /** Variables to add to the environment, as `NAME=value`. */
  variables: Buffer[]
  uid: number | undefined
  gid: number | undefined
  /** The level of messages. 0: fatal errors; each higher level adds 1: warnings, 2: events, 3: signals, 4: the start. */
  verbosity: number
  warnOnReap: boolean
  logFormat: 'text' | 'json'
  statusFd: number | undefined
  statusFile: Buffer | undefined
  reportZombies: number | undefined
}

/** The levels of verbosity. */
export const [FATAL, WARNING, INFO, DEBUG, TRACE] = [0, 1, 2, 3, 4] as const

type Variables = Readonly<Record<string, string | undefined>>

/** Returns the settings before any option: the persona's defaults, changed by the variables of other inits. */
export function defaultSettings(persona: Persona, env: Variables): Settings {
  const { target, grace } = persona
  return {
    persona,
    subreaper: env.TINI_SUBREAPER !== undefined,
    target: targetFrom(target, env),
    rewrites: new Map(),
    forgiven: new Set(),
    parentDeathSignal: undefined,
    childDeathSignal: undefined,
    grace,
    killAfter: undefined,
    pause: false,
    workdir: undefined,
    variables: [],
    uid: undefined,
    gid: undefined,
    verbosity: WARNING,
    warnOnReap: false,
    logFormat: 'text',
    statusFd: undefined,
    statusFile: undefined,
    reportZombies: undefined,
  }
}

// Follows the documentation of dumb-init and tini: the value "0" counts for one, and a set variable for the other.
function targetFrom(target: Target, env: Variables): Target {
  if (env.DUMB_INIT_SETSID === '0' && target === 'session') return 'child'
  return env.TINI_KILL_PROCESS_GROUP !== undefined && target === 'child' ? 'group' : target
}

/** Determines the verbosity. TINI_VERBOSITY overrides the options, as in tini. */
export function verbosityFrom(settings: Settings, env: Variables): number {
  const { TINI_VERBOSITY, DUMB_INIT_DEBUG, CATATONIT_DEBUG } = env
  if (TINI_VERBOSITY !== undefined && /^\d+$/.test(TINI_VERBOSITY)) return Number(TINI_VERBOSITY)
  const debugs = DUMB_INIT_DEBUG === '1' || CATATONIT_DEBUG !== undefined
  return debugs ? Math.max(settings.verbosity, DEBUG) : settings.verbosity
}
