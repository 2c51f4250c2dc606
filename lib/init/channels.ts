import { channel as named } from 'node:diagnostics_channel'
import type { ExitStatus } from '../exit/exit-status.js'
import type { ReceivedSignal } from '../signals/origin.js'

/** What `sexton:adopted` tells: an orphan has come to this process, and has ended. */
export interface AdoptedMessage {
  /** Its pid. */
  pid: number
  /**
   * Its command's name, at most 15 bytes, which the process chose: for a terminal or a log, escape it.
   * Missing where `/proc` cannot be read.
   */
  name?: string
}

/** What `sexton:reaped` tells: a dead child that nobody else would have reaped was. */
export interface ReapedMessage {
  /** How it ended. */
  status: ExitStatus
  /**
   * Where it came from: `'adopted'`, an orphan; `'abandoned'`, a child of `child_process` whose worker
   * has ended or whose handle was closed.
   */
  origin: 'adopted' | 'abandoned'
}

/** What `sexton:signal` tells: as PID 1, the process now exits by a signal that nobody listens to. */
export interface SignalMessage {
  /** The signal, with who sent it. */
  signal: ReceivedSignal
  /** The exit code, 128 + the signal's number. */
  code: number
}

/** What `sexton:left` tells: a descendant was still there when this process exited. */
export interface LeftMessage {
  /** Its pid. */
  pid: number
  /** Its command's name, as in `AdoptedMessage`. */
  name: string
  /**
   * What became of it: `'terminated'` within the time of grace, `'killed'` by SIGKILL after that, or
   * still `'running'`, because it is another user's or hangs in the kernel.
   */
  outcome: 'terminated' | 'killed' | 'running'
}

/** What `sexton/init` publishes. */
export const channel = {
  adopted: named('sexton:adopted'),
  reaped: named('sexton:reaped'),
  signal: named('sexton:signal'),
  left: named('sexton:left'),
}
