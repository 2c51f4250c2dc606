import { channel as named } from 'node:diagnostics_channel'
import type { ReceivedSignal } from '../signals/origin.js'

/** The message of `sexton:adopted`: an orphan that this process adopted has exited, and is about to be reaped. */
export interface AdoptedMessage {
  /** The orphan's pid. */
  pid: number
  /**
   * The command's name, at most 15 bytes. The process chose the name, so escape it for a terminal or a log.
   * Missing if `/proc` cannot be read.
   */
  name?: string
}

/** The message of `sexton:signal`: this process is PID 1, and exits because of a signal without a listener. */
export interface SignalMessage {
  /** The signal and its sender. */
  signal: ReceivedSignal
  /** The exit code: 128 + the signal's number. */
  code: number
}

/** The message of `sexton:left`: a descendant was still alive when this process exited. */
export interface LeftMessage {
  /** The descendant's pid. */
  pid: number
  /** The pid of its parent when the exit reached it. The parent of an orphan is this process. */
  ppid: number
  /** The command's name, as in `AdoptedMessage`. */
  name: string
  /** Its command as one line that can be pasted into a shell. Empty if it is not known. */
  command: string
  /**
   * The descendant's fate. `'terminated'`: it exited within the grace. `'killed'`: it received SIGKILL after the
   * grace. `'running'`: it belongs to another user, or hangs in the kernel.
   */
  outcome: 'terminated' | 'killed' | 'running'
  /** Why it may not be ended, as the name of an error number (`'EPERM'`); `undefined` if it could, or is still dying. */
  reason?: string
}

/** The diagnostics channels of `sexton/init`. */
export const channel = {
  adopted: named('sexton:adopted'),
  signal: named('sexton:signal'),
  left: named('sexton:left'),
}
