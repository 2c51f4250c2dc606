import type { LogEnd } from './stage.js'
import type { StreamName } from './stream-name.js'

/** A place for a container's output. */
export interface LogSink {
  /**
   * Takes a piece of output. Never fails: a container must not end because of its log.
   *
   * @returns A promise, where the container's output should wait until there is room for more.
   */
  write(stream: StreamName, piece: Buffer): void | Promise<void>
  /** The ends of its files now. */
  ends(): LogEnd[]
  /** Takes back what was written beyond these ends, as far as they are of files that are still in use. */
  cutBack(ends: readonly LogEnd[]): void
  /** Begins anew, where a sink has files. */
  reopen(): void
  /** Stores everything for good. The container has ended. */
  sync(): void | Promise<void>
  /** Closes the files. Later output is dropped. */
  close(): void
}

/** How a piece of output becomes records, each of which ends with a newline. */
export interface RecordFormat {
  /** The records of a piece, as Latin-1: the bytes stay as they are. */
  format(stream: StreamName, piece: Buffer): string
  /** The records of what was kept back of earlier pieces. */
  rest(): string
}
