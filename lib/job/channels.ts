import { channel as named } from 'node:diagnostics_channel'
import type { EndReason } from './outcome.js'

/** The message of `sexton:job-ended`: a job has ended, or could not be started. */
export interface JobEndedMessage {
  /**
   * The reason for its end, as `endedBy` of its result has it: `'exit'` if its command ended by itself. `'error'`: its
   * promise rejects without a result, because the command or its keeper could not be started, or the keeper was killed.
   */
  reason: EndReason | 'exit' | 'error'
}

const ended = named('sexton:job-ended')

/** Publishes the end of a job. */
export function publishEnd(reason: JobEndedMessage['reason']): void {
  if (ended.hasSubscribers) ended.publish({ reason })
}
