import { subscribe } from 'node:diagnostics_channel'
import type { JobEndedMessage } from '../job/channels.js'
import type { ReapedMessage } from '../reaping/channels.js'
import type { ExitedMessage, SpawnedMessage } from '../spawn/channels.js'
import { signalNumber } from '../system/signal-names.js'
import { Counts, reasonIndex, SPAWN_BOUNDS } from './counts.js'

let counts: Counts | undefined

/**
 * Counts what the diagnostics channels of this thread publish, from now on.
 *
 * @returns The counts of this process.
 */
export function count(): Counts {
  if (counts === undefined) {
    counts = Counts.open()
    listen(counts)
  }
  return counts
}

function listen(counts: Counts): void {
  on<SpawnedMessage>('sexton:spawned', ({ durationMs }) => {
    counts.add('started')
    counts.add('bucket', bucketOf(durationMs / 1000))
    counts.add('nanoseconds', 0, Math.round(durationMs * 1e6))
  })
  on<ExitedMessage>('sexton:exited', ({ status: { code, signal }, failure }) => {
    if (failure !== undefined) counts.add('failed')
    else if (code !== null) counts.add('code', code)
    else if (signal !== null) counts.add('signal', signalNumber(signal))
    else counts.add('unknown')
  })
  on<ReapedMessage>('sexton:reaped', ({ origin }) => {
    counts.add(origin === 'adopted' ? 'orphans' : 'abandoned')
  })
  on<JobEndedMessage>('sexton:job-ended', ({ reason }) => {
    counts.add('reason', reasonIndex(reason))
  })
}

const on = <M>(channel: string, hear: (message: M) => void) =>
  subscribe(channel, (message) => hear(message as M))

function bucketOf(seconds: number): number {
  const index = SPAWN_BOUNDS.findIndex((bound) => seconds <= bound)
  return index < 0 ? SPAWN_BOUNDS.length : index
}
