/** How the processes of a job are kept together. */
export type Isolation = 'tree' | 'cgroup' | 'pid-namespace'

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
] as const

export type Escape = (typeof ESCAPES)[number]

/** Attacks on those that are to end the job. */
export const ATTACKS: readonly { name: string; act: Act; error?: string }[] = [
  { name: 'stop_group', act: 'done' },
  { name: 'kill_group', act: 'itself' },
  { name: 'signal_keeper', act: 'itself' },
  { name: 'stop_keeper', act: 'done' },
  { name: 'kill_keeper', act: 'itself', error: 'ERR_SYSTEM' },
  { name: 'starve_keeper', act: 'done', error: 'ERR_SYSTEM' },
]

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
