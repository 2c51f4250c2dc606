import type { JobOptions } from '../../lib/index.js'

/** How the processes of a job are kept together. */
export type Isolation = 'tree' | 'cgroup' | 'pid-namespace'

/** The options of a job that make a level. */
export type Level = Pick<JobOptions, 'cgroup'> & { isolation: Isolation }

/**
 * What ends the job: its command exits (`exit`); its caller kills it, at once (`kill`) or when an attack is done
 * (`done`); an attack does (`itself`).
 */
export type Act = 'exit' | 'kill' | 'done' | 'itself'

/** Escapes of escapes.py that one job makes at once. */
export interface Trial {
  names: readonly string[]
  act: Act
  /** The number of processes of the escape `many`. */
  many?: number
}

/** Escapes that end with their job, whatever ends it. */
export const ESCAPES = [
  ...['setsid', 'double_fork', 'daemon', 'daemon3', 'nohup', 'ignore', 'stop_itself'],
  ...['hold_pipe', 'respawn', 'fork_while_dying', 'reparent_chain', 'deep', 'changed_name'],
  ...['empty_environment', 'exec_chain', 'many', 'vfork_parent', 'child_of_thread'],
  ...['leaderless', 'tracer', 'trace_me', 'subreaper', 'subreapers', 'continuers', 'pty'],
  ...['clone_parent', 'clone_silent', 'pid_namespace', 'other_user', 'fork_bomb'],
  'leave_cgroup',
] as const

export type Escape = (typeof ESCAPES)[number]

/** Attacks on the parties that end the job. */
const ATTACKS: readonly Attack[] = [
  { name: 'stop_group', act: 'done' },
  { name: 'kill_group', act: 'itself' },
  { name: 'signal_keeper', act: 'itself' },
  { name: 'stop_keeper', act: 'done' },
  { name: 'kill_keeper', act: 'itself', error: 'ERR_SYSTEM' },
  { name: 'starve_keeper', act: 'done', error: 'ERR_SYSTEM' },
]

interface Attack {
  name: string
  act: Act
  /** The code of the job's error. */
  error?: string
}

/**
 * The attacks on a job of a level. A cgroup is killed without a look at `/proc`, so a keeper that cannot look does no harm
 * there. From within a PID namespace nobody reaches the keeper, so all attacks are in vain, and the caller ends the job.
 */
export function attacksAt(isolation: Isolation): readonly Attack[] {
  if (isolation === 'tree') return ATTACKS
  if (isolation === 'cgroup') {
    return ATTACKS.map(({ error, ...attack }) =>
      attack.name === 'kill_keeper' ? { ...attack, error } : attack,
    ) as Attack[]
  }
  const inVain = ATTACKS.filter(({ name }) => name !== 'kill_group')
  return [
    ...inVain.map(({ name }) => ({ name, act: 'done' as const })),
    { name: 'kill_group', act: 'itself' },
    { name: 'kill_all', act: 'itself' },
  ]
}

/** Escapes that make each other harder to end. */
export const PAIRS: readonly (readonly [Escape, Escape])[] = [
  ['respawn', 'fork_while_dying'],
  ['subreapers', 'continuers'],
  ['tracer', 'stop_itself'],
  ['exec_chain', 'clone_parent'],
]

/** Each by the exit of the command, and by its caller. */
export function bothWays(names: readonly string[], many: number): Trial[] {
  return (['exit', 'kill'] as const).map((act) => ({ names, act, many }))
}
