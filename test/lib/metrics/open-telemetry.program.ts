import { type Meter, metrics } from '@opentelemetry/api'
import {
  type DataPoint,
  type Histogram,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics'
import { runJob, spawn } from 'sexton'

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Counts by the package that users have, and gives what it would export. */
export async function collect() {
  const { toOpenTelemetry } = await import('sexton/metrics')
  const reader = new Reader()
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  const meter: Meter = metrics.getMeter('sexton')
  toOpenTelemetry(meter)
  const ends = ['exit 0', 'exit 3', 'kill -KILL $$', 'exit 3']
  const all = Array.from(
    { length: 48 },
    (_, i) => spawn('sh', ['-c', ends[i % 4] as string]).exited,
  )
  await Promise.all(all)
  await runJob('true')
  const first = await read(reader)
  await spawn('true').exited
  return { first, second: await read(reader) }
}

async function read(reader: Reader) {
  const { resourceMetrics, errors } = await reader.collect()
  if (errors.length > 0) throw errors[0]
  const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  return all.map(({ descriptor: { name, unit }, dataPoints }) => ({
    name,
    unit,
    points: (dataPoints as DataPoint<number | Histogram>[]).map(({ attributes, value }) => [
      attributes,
      value,
    ]),
  }))
}

/** What is thrown for something that is not a meter. */
export async function refuse() {
  const { toOpenTelemetry } = await import('sexton/metrics')
  const bad = [undefined, {}, { createHistogram() {} }]
  return bad.map((meter) => {
    try {
      toOpenTelemetry(meter as unknown as Meter)
      return 'none'
    } catch (error) {
      return String(error)
    }
  })
}
