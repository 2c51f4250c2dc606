import type { SignalName } from '../system/signal-names.js'
import type { Stdio } from './stdio.js'

/** A string, or its exact bytes if it is not UTF-8. */
export type Bytes = string | Uint8Array

/**
 * The name of a resource of setrlimit(2), in lower case and without `RLIMIT_`. The available names depend on the
 * system. `spawn()` throws a `RangeError` for a name that the system does not have.
 */
export type ResourceName =
  | 'as'
  | 'core'
  | 'cpu'
  | 'data'
  | 'fsize'
  | 'locks'
  | 'memlock'
  | 'msgqueue'
  | 'nice'
  | 'nofile'
  | 'nproc'
  | 'rss'
  | 'rtprio'
  | 'rttime'
  | 'sigpending'
  | 'stack'

/**
 * A resource limit: one number for both limits, or an object with two. `Infinity` means no limit. The units are
 * those of setrlimit(2): bytes, seconds for `cpu`, microseconds for `rttime`, or a count.
 */
export type ResourceLimit =
  | number
  | {
      /** The limit that the kernel enforces. The child may raise it up to `hard`. */
      soft: number
      /** The ceiling of `soft`. Only a privileged process may raise it. */
      hard: number
    }

/**
 * Variables of an environment: an object of values by name, or a list of `NAME=value` as in execve(2). `undefined`
 * in an object removes a variable.
 */
export type Environment = Readonly<Record<string, Bytes | undefined>> | readonly Bytes[]

/**
 * Options of `spawn()`. The child inherits from this process whatever an option does not change.
 *
 * @typeParam S The type of `stdio`. It determines which of the child's streams may be `null`.
 */
export interface SpawnOptions<S extends Stdio | readonly Stdio[] = Stdio | readonly Stdio[]> {
  /**
   * The child's descriptors 0, 1, 2 and so on. A single value applies to descriptors 0 to 2. Default: `'pipe'` for
   * those three.
   */
  stdio?: S
  /** The working directory, as a path or a `file:` URL. Default: this process's. */
  cwd?: Bytes | URL
  /**
   * The variables that the child has besides this process's: values by name, or a list of `NAME=value` as in
   * execve(2). A variable replaces one with the same name. `undefined` removes it. Inherited enumerable properties
   * count, as they do for `child_process`. Default: none.
   *
   * The other variables are this process's own; in the main thread with their exact bytes, even if they are not
   * UTF-8. If a worker with `SHARE_ENV` changes the environment meanwhile, each variable has its value from before
   * or after the change. A change that an addon makes with setenv(3) on another thread bypasses Node's lock, and is
   * usually, but not always, noticed.
   */
  env?: Environment
  /** Start with an empty environment, so that the child has the variables of `env` alone. Default `false`. */
  cleanEnv?: boolean
  /** The name that the program sees as `argv[0]`. Default: `file`. */
  argv0?: Bytes
  /**
   * The real, effective and saved user id. If `uid` or `gid` is given without `groups`, root drops its
   * supplementary groups. The pipes of `stdio` then belong to the new user, so that the child can open
   * `/dev/stdout`; this needs CAP_CHOWN, which root has. Other descriptors keep their owner. Default: this
   * process's.
   */
  uid?: number
  /** The real, effective and saved group id. Default: this process's. */
  gid?: number
  /** The supplementary group ids. Needs CAP_SETGID. Default: this process's, except as described for `uid`. */
  groups?: readonly number[]
  /** The file mode creation mask, such as 0o022. Default: this process's. */
  umask?: number
  /**
   * Start the child in a new session (setsid(2)), without a controlling terminal and in a new process group. It
   * excludes `foreground` and a number for `processGroup`. Default `false`.
   */
  session?: boolean
  /**
   * The child's process group. `true`: a new group whose id is the child's pid. A number: that group, which must
   * be in the same session. `false` (default): this process's group.
   */
  processGroup?: boolean | number
  /**
   * Give the terminal's foreground to the child's group, as a shell does for a job, and take it back when the
   * child has exited. Needs `processGroup`. Default `false`.
   *
   * The option has no effect without a controlling terminal, or while another group has the foreground. This
   * process may share its group with processes that are not its descendants: the rest of a pipeline, or the script
   * that started it. The terminal belongs to them too, so a child with `processGroup: true` then stays in this
   * process's group, as under a shell without job control. The same happens if `/proc` cannot be read.
   */
  foreground?: boolean
  /**
   * The signal that the child receives when the *thread* that spawned it exits (PR_SET_PDEATHSIG(2const)).
   * Linux only. The child loses it when it runs a set-user-id program or one with file capabilities, or when it
   * changes its user. Processes that the child starts do not inherit it. Default: none.
   */
  deathSignal?: SignalName | number
  /** The signals that are ignored when the child starts, as with nohup(1). Default: none. */
  ignoredSignals?: readonly (SignalName | number)[]
  /** The signals that are blocked when the child starts. Default: those blocked in the calling thread. */
  blockedSignals?: readonly (SignalName | number)[]
  /**
   * Set a `LISTEN_PID` in the environment to the child's pid, and a `LISTEN_PIDFDID` to the id of its pidfd.
   * sd_listen_fds(3) in the child then accepts the descriptors passed to it. Without pidfs (before Linux 6.9),
   * `LISTEN_PIDFDID` is removed. Default `false`.
   */
  listenPid?: boolean
  /**
   * Resource limits (setrlimit(2)). Default: this process's. Node raises its own soft `nofile` limit to the hard
   * one at start.
   */
  rlimits?: Readonly<Partial<Record<ResourceName, ResourceLimit>>>
  /**
   * The directory of a cgroup of version 2 to start the child in (Linux 5.7). Default: this process's cgroup.
   *
   * A frozen cgroup is refused, because `spawn` waits until the child has called exec. A cgroup that is frozen
   * during those microseconds, a slow file system, or a throttled cgroup can still block the calling thread.
   */
  cgroup?: string
  /** When aborted, the child receives `killSignal`, and `SIGKILL` after `grace`. Default: none. */
  signal?: AbortSignal
  /**
   * Milliseconds, more than 0, after which the child receives `killSignal`, and `SIGKILL` after `grace`. It does
   * not keep this process alive. Default: none.
   */
  timeout?: number
  /** The first signal of `timeout`, of `signal`, and of leaving an `await using` scope. Default `'SIGTERM'`. */
  killSignal?: SignalName | number
  /** Milliseconds from `killSignal` to `SIGKILL`. `Infinity` means that no SIGKILL follows. Default 5000. */
  grace?: number
}
