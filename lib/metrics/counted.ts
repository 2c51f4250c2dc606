import { signalName } from '../system/signal-names.js'
import { type Counts, REASONS, SPAWN_BOUNDS } from './counts.js'
import type { Family, Histogram, Sample } from './family.js'

/** The families of what this process has counted. */
export function counted(counts: Counts): Family[] {
  return [
    counter('sexton.children.started', 'Children that spawn, run and pipeline have started', [
      { value: counts.get('started') },
    ]),
    counter(
      'sexton.children.failed',
      'Children among those started that could not come to run their program',
      [{ value: counts.get('failed') }],
    ),
    counter(
      'sexton.children.exited',
      'Children of spawn, run and pipeline that have exited, by exit code or by the signal that ended them',
      exits(counts),
    ),
    counter('sexton.orphans.reaped', 'Orphans that this process had adopted, and has reaped', [
      { value: counts.get('orphans') },
    ]),
    counter(
      'sexton.abandoned.reaped',
      'Children of child_process that their worker or their handle had abandoned, and that were reaped',
      [{ value: counts.get('abandoned') }],
      '{child}',
    ),
    counter(
      'sexton.jobs.ended',
      'Jobs that have ended, by the reason for their end',
      REASONS.map((reason, i) => ({ labels: { reason }, value: counts.get('reason', i) })),
      '{job}',
    ),
  ]
}

/** The time for which calls of `spawn` held the event loop. */
export function spawnDuration(counts: Counts): Histogram {
  return {
    name: 'sexton.spawn.duration',
    help: 'Time for which a call of spawn, run or pipeline held the event loop to start one child',
    kind: 'histogram',
    unit: 's',
    bounds: SPAWN_BOUNDS,
    counts: counts.all('bucket'),
    sum: counts.get('nanoseconds') / 1e9,
  }
}

function counter(name: string, help: string, samples: Sample[], unit = '{child}'): Family {
  return { name, help, kind: 'counter', unit, samples }
}

// Code 0 is always there, so that a rate of failures has something to be divided by.
function exits(counts: Counts): Sample[] {
  const codes = counts.all('code').map((value, code) => sample(String(code), '', value))
  const signals = counts
    .all('signal')
    .map((value, number) => sample('', number === 0 ? '' : signalName(number), value))
  const unknown = sample('unknown', '', counts.get('unknown'))
  return [...codes, ...signals, unknown].filter(({ value }, code) => code === 0 || value > 0)
}

const sample = (code: string, signal: string, value: number) => ({
  labels: { code, signal },
  value,
})
