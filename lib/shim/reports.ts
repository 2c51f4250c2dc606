import type { ExitStatus } from '../exit/exit-status.js'

/** Why there is no container. */
export interface Failure {
  /** What the runtime has said, or what failed instead. */
  text: string
  /** How the runtime has ended, if it was started. */
  runtime?: ExitStatus
  /** How the container has ended that the runtime had made nevertheless. */
  container?: ExitStatus
  /** The number of a signal that came after the runtime's end, and that no container could get. */
  signal?: number
}

/** How a container has ended. */
export interface End {
  /** `undefined` if its status could not be taken. */
  status: ExitStatus | undefined
  isTimedOut: boolean
  /** Whether the kernel has killed a process of it for want of memory. */
  lacksMemory: boolean
}

/** How a manager learns of a container: messages and files. Each contract has its own. */
export interface Reports {
  /** Makes the folders of the files. There is no container yet. */
  prepare(): void
  /** Tells that clients may attach to an exec session. Resolves when the manager lets it begin. */
  begin(): Promise<void>
  /** Tells the pid of the container, which exists now. */
  tellPid(pid: number): void
  tellFailure(failure: Failure): void
  /**
   * Writes the end to the manager's files. It may be called again.
   *
   * @throws {Error} if a file cannot be written.
   */
  writeEnd(end: End): void
  /** Tells the end, where the manager listens for it. */
  tellEnd(end: End): void
  /** The manager sees the end of the messages. */
  close(): void
}
