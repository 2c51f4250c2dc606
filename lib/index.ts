/**
 * Process supervision: reap zombies, wait for any process, start processes without copying this process's
 * memory, and read signals with their senders.
 *
 * A failure of the system is a `SextonError`. A bad argument is a `TypeError` or `RangeError`, thrown before
 * anything has been done. Times are in milliseconds. Features that need Linux say so; all others work on macOS
 * too.
 *
 * @packageDocumentation
 */

export { SextonError, type SextonErrorCode, type SextonErrorDetails } from './base/errors.js'
export { type Backend, backend } from './exit/backend.js'
export { ExitStatus, type ResourceUsage } from './exit/exit-status.js'
export type { Captured, CollectedOutput } from './job/captured.js'
export type { JobEndedMessage } from './job/channels.js'
export { Command, command } from './job/command.js'
export { CommandError } from './job/command-error.js'
export type { Input } from './job/input.js'
export type { Isolation } from './job/isolation.js'
export { Job } from './job/job.js'
export type { JobSurvivor } from './job/job-events.js'
export type { JobProcess } from './job/job-process.js'
export { JobResult } from './job/job-result.js'
export type {
  CommandOptions,
  DefaultStdio,
  JobOptions,
  MemberOptions,
  OutputOptions,
  PipelineOptions,
  RunOptions,
  Words,
} from './job/options.js'
export type { Collected, Content, EndReason, Outcome } from './job/outcome.js'
export type { Overflow } from './job/output-buffer.js'
export { type Member, pipeline } from './job/pipeline.js'
export { type MemberResult, PipelineResult } from './job/pipeline-result.js'
export { run } from './job/run.js'
export { runJob } from './job/run-job.js'
export { RunResult } from './job/run-result.js'
export { Running } from './job/running.js'
export { Run } from './job/running-command.js'
export type { Encoding } from './job/text.js'
export type { LimitName, Limits } from './keeper/limits.js'
export type { ZombieScope } from './reaping/observers.js'
export { Zombies, type ZombiesOptions } from './reaping/zombies.js'
export type { ReceivedSignal, SignalOrigin } from './signals/origin.js'
export { type ShutdownOptions, shutdown } from './signals/shutdown.js'
export { Signals, type SignalsOptions } from './signals/signals.js'
export type { ExitedMessage, SpawnedMessage } from './spawn/channels.js'
export { Child } from './spawn/child.js'
export type {
  Bytes,
  Environment,
  ResourceLimit,
  ResourceName,
  SpawnOptions,
} from './spawn/options.js'
export { Pipe, PipeHandle, pipe } from './spawn/pipe.js'
export { spawn } from './spawn/spawn.js'
export type { Stdio } from './spawn/stdio.js'
export type { StdioStream } from './spawn/stdio-stream.js'
export type { TerminationReason } from './spawn/termination.js'
export { type Descendant, descendants } from './system/descendants.js'
export type { SignalName } from './system/signal-names.js'
export { subreaper } from './system/subreaper.js'
export type { EndedProcess, UnreachedProcess } from './waiting/member.js'
export { type OpenProcessOptions, openProcess, ProcessHandle } from './waiting/process-handle.js'
export { type ReapUntilOptions, reapUntil } from './waiting/reap-until.js'
export type { TerminateScope } from './waiting/scopes.js'
export type { SpawnedProcess, StartedProcess, TerminateTarget } from './waiting/target.js'
export { type TerminateOptions, type TerminateResult, terminate } from './waiting/terminate.js'
export { type WaitOptions, waitForExit } from './waiting/wait-for-exit.js'
