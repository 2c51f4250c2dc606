import type { SignalName } from '../system/signal-names.js'
import type { Stdio } from './stdio.js'

/** Text, or the exact bytes where they are not UTF-8. */
export type Bytes = string | Uint8Array

/**
 * The name of a resource as setrlimit(2) knows it, in lower case and without `RLIMIT_`. Which of them
 * there are depends on the system; an unknown one is a `RangeError`.
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
 * One number for both limits, or each of its own; `Infinity` is no limit. In the units of setrlimit(2):
 * bytes, but seconds for `cpu`, microseconds for `rttime`, and counts.
 */
export type ResourceLimit =
  | number
  | {
      /** What the kernel enforces; the child may raise it as far as `hard`. */
      soft: number
      /** The ceiling; only a privileged process may raise it. */
      hard: number
    }

/**
 * A whole environment: values by name, of which those that are `undefined` are left out, or a list of
 * `NAME=value` as execve(2) has it.
 */
export type Environment = Readonly<Record<string, Bytes | undefined>> | readonly Bytes[]

/**
 * The child's world, and when it is to end. What is left out is as it is for this process.
 *
 * @typeParam S The type of `stdio`; from it `spawn()` tells which of the child's streams are `null`.
 */
export interface SpawnOptions<S extends Stdio | readonly Stdio[] = Stdio | readonly Stdio[]> {
  /**
   * Descriptors 0, 1, 2 and so on of the child; default `'pipe'` for the first three. One word stands
   * for all three.
   */
  stdio?: S
  /** The working directory, a path or a `file:` URL; default: this process's. */
  cwd?: Bytes | URL
  /**
   * The whole environment: values by name, or a list of `NAME=value` as execve(2) has it. Inherited
   * enumerable properties count, as they do for `child_process`. Default: this process's environment; in
   * the main thread with its exact bytes, also those that are not UTF-8. A worker with `SHARE_ENV` may
   * change it meanwhile: then each variable is as it was before or after the change. An addon that calls
   * setenv(3) on another thread, past Node's lock, is noticed too, but not with certainty.
   */
  env?: Environment
  /** What the program sees as its own name, `argv[0]`; default: `file`. */
  argv0?: Bytes
  /**
   * User id: real, effective and saved. With this or `gid`, and without `groups`, root drops its
   * supplementary groups. The pipes of `stdio` become that user's, so that the child can open
   * `/dev/stdout` (with CAP_CHOWN, which root has); descriptors that it is passed keep their owner.
   * Default: this process's.
   */
  uid?: number
  /** Group id: real, effective and saved; default: this process's. */
  gid?: number
  /** Supplementary group ids, which need the right to set them; default: this process's, but see `uid`. */
  groups?: readonly number[]
  /** The file mode creation mask, such as 0o022; default: this process's. */
  umask?: number
  /**
   * A session of its own (setsid(2)): no controlling terminal, and a new process group; default `false`.
   * Excludes `foreground` and a number for `processGroup`.
   */
  session?: boolean
  /**
   * `true`: a process group of its own, whose id is its pid. A number: join that group, of the same
   * session. `false` (default): this process's.
   */
  processGroup?: boolean | number
  /**
   * Hand the terminal's foreground to the child's group, as a shell does for a job, and take it back
   * when the child has ended. Nothing happens without a controlling terminal, or while another
   * group has the foreground. Processes that are not descendants of this one may share its group: the
   * rest of a pipeline, or the script that started it. The terminal is theirs too, so a child with
   * `processGroup: true` then stays in this process's group, as it would under a shell without job
   * control; likewise where `/proc` cannot tell. Needs `processGroup`; default `false`.
   */
  foreground?: boolean
  /**
   * The signal that the child gets when the *thread* that spawned it ends (PR_SET_PDEATHSIG(2const)).
   * Default: none. Linux; lost when the child runs a set-user-id program or one with file capabilities, or
   * changes its user later on; and nothing that the child starts inherits it.
   */
  deathSignal?: SignalName | number
  /** Signals that the child starts with ignored, as nohup(1) does; default: none. */
  ignoredSignals?: readonly (SignalName | number)[]
  /** Signals that the child starts with blocked; default: those that are in this thread. */
  blockedSignals?: readonly (SignalName | number)[]
  /**
   * A `LISTEN_PID` in the environment becomes the child's pid, and a `LISTEN_PIDFDID` the id of a pidfd
   * of the child, so that sd_listen_fds(3) there takes the descriptors that it is passed for its own. Where
   * the kernel has no pidfs (before Linux 6.9), `LISTEN_PIDFDID` is removed. Default `false`.
   */
  listenPid?: boolean
  /** Resource limits, default: this process's (setrlimit(2)). Node raises its own soft `nofile` limit to the hard one at start. */
  rlimits?: Readonly<Partial<Record<ResourceName, ResourceLimit>>>
  /**
   * The directory of a cgroup of version 2 that the child is born in; Linux 5.7; default: this process's.
   * A frozen cgroup is refused, because `spawn` waits until the child has called exec. Nothing can refuse a
   * freeze in those microseconds, nor a slow file system or a cgroup that throttles: they hold the thread.
   */
  cgroup?: string
  /** When aborted, the child gets `killSignal`, and `SIGKILL` after `grace`. */
  signal?: AbortSignal
  /**
   * Milliseconds, above 0, until the child gets `killSignal`, and `SIGKILL` after `grace`.
   * Default: none. It does not keep this process alive.
   */
  timeout?: number
  /** Default `'SIGTERM'`; for `timeout`, `signal` and leaving an `await using` scope. */
  killSignal?: SignalName | number
  /** Milliseconds between `killSignal` and `SIGKILL`, default 5000; `Infinity`: never. */
  grace?: number
}
