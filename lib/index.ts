/**
 * Process supervision: reap zombies, wait for any process, start processes without forking the heap,
 * and read signals with their senders.
 *
 * Failures of the system are a `SextonError`; bad arguments are a `TypeError` or `RangeError`, thrown
 * before anything has been done. Times are in milliseconds. What needs Linux says so; all else runs on
 * macOS too.
 *
 * @packageDocumentation
 */

export { type Descendant, descendants } from './descendants.js'
export { SextonError, type SextonErrorCode, type SextonErrorDetails } from './errors.js'
export { ExitStatus, type ResourceUsage } from './exit-status.js'
export { type Backend, backend } from './exit-watch/backend.js'
export { type OpenProcessOptions, openProcess, ProcessHandle } from './process-handle.js'
export type { ZombieScope } from './pump.js'
export { type ReapUntilOptions, reapUntil } from './reap-until.js'
export type { ReceivedSignal, SignalOrigin } from './received-signal.js'
export { type ShutdownOptions, shutdown } from './shutdown.js'
export type { SignalName } from './signal-names.js'
export { Signals, type SignalsOptions } from './signals.js'
export { Child } from './spawn/child.js'
export type {
  Bytes,
  Environment,
  ResourceLimit,
  ResourceName,
  SpawnOptions,
} from './spawn/options.js'
export { spawn } from './spawn/spawn.js'
export type { Stdio } from './spawn/stdio.js'
export type { StdioStream } from './spawn/stdio-stream.js'
export type { TerminationReason } from './spawn/termination.js'
export { subreaper } from './subreaper.js'
export { type WaitOptions, waitForExit } from './wait-for-exit.js'
export { Zombies, type ZombiesOptions } from './zombies.js'
