import type { ExitStatus } from '../exit/exit-status.js'
import type { Stage } from './stage.js'

/** This shim's ends of the container's streams. */
export interface Streams {
  /** The container's standard input: a pipe's write end, or the terminal. */
  stdin: number | undefined
  /** The terminal, if there is one. */
  stdout: number | undefined
  /** With a terminal, what the runtime itself says. */
  stderr: number | undefined
}

/**
 * The process that is the container's parent. It starts the runtime, adopts what the runtime leaves, holds the
 * descriptors of the container's streams, passes signals on, and takes the container's status. The state machine knows no
 * other way to the container, so that the parent can be another process, which outlives this one.
 */
export interface Holder {
  /** Ends of pipes. With a terminal, some exist from `onTerminal` on. */
  readonly streams: Streams

  /**
   * The way of output to the logs, if the container outlives this process: a stage, and the pipe between a terminal and
   * it.
   */
  readonly transit?: { stage: Stage; relay: number | undefined } | undefined

  /** Whether an earlier shim has begun the container's creation. */
  readonly isBegun?: boolean

  /** Milliseconds since then. */
  readonly age?: number

  /** A deadly signal that came after the runtime's end, and that no container could get. */
  readonly inFlight: number | undefined

  /**
   * Runs the runtime to its end.
   *
   * @param onTerminal Called when the terminal is there. The container may be about to look at its size.
   */
  create(onTerminal: () => void): Promise<ExitStatus>

  /** The pid of the container's first process; `undefined` if the runtime has left none. */
  pid(): number | undefined

  /** Resolves when the container's first process has exited, even if that was before the call. */
  exitOf(pid: number): Promise<ExitStatus>

  /** Sends a signal to the container's first process, unless it has exited. */
  signalContainer(pid: number, signal: number): void

  /** Passes the end of the input on to the container. */
  closeInput(): void

  /**
   * Lets go of the streams, and of whatever the container left behind. Then the manager cleans up, by its exit command.
   *
   * @returns The exit code of the exit command; 0 without such a command.
   */
  release(): Promise<number>
}
