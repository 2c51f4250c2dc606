import { subscribe } from 'node:diagnostics_channel'
import { invalid } from '../base/errors.js'
import type { SpawnedMessage } from '../spawn/channels.js'
import { counted, spawnDuration } from './counted.js'
import { count } from './counting.js'
import type { Family, Histogram } from './family.js'
import { seenNow } from './prometheus.js'
import { seen } from './seen.js'

/** The options of an instrument, as `@opentelemetry/api` defines them. */
export interface InstrumentOptions {
  /** A description of what is measured. */
  description: string
  /** Its unit, in the notation of UCUM. */
  unit: string
  /** The upper bounds of a histogram's buckets. */
  advice?: {
    /** The bounds, ascending. */
    explicitBucketBoundaries: number[]
  }
}

/** Takes the values of observable instruments, as `BatchObservableResult` of `@opentelemetry/api`. */
export interface ObservableResult<I> {
  /**
   * Takes one value.
   *
   * @param instrument The instrument.
   * @param value The value of the instrument.
   * @param attributes What the value belongs to.
   */
  observe(instrument: I, value: number, attributes?: Record<string, string>): void
}

/** The methods of a `Meter` of `@opentelemetry/api` (1.7 or later) that sexton uses. */
export interface MetricsMeter<I> {
  /**
   * Makes a counter that is asked for its value.
   *
   * @param name The name of the counter.
   * @param options The options of the counter.
   * @returns The instrument.
   */
  createObservableCounter(name: string, options: InstrumentOptions): I
  /**
   * Makes a gauge that is asked for its value.
   *
   * @param name The name of the gauge.
   * @param options The options of the gauge.
   * @returns The instrument.
   */
  createObservableGauge(name: string, options: InstrumentOptions): I
  /**
   * Makes a histogram.
   *
   * @param name The name of the histogram.
   * @param options The options of the histogram.
   * @returns The histogram.
   */
  createHistogram(
    name: string,
    options: InstrumentOptions,
  ): {
    /**
     * Takes one value.
     *
     * @param value The value.
     */
    record(value: number): void
  }
  /**
   * Has a function called whenever values are collected.
   *
   * @param callback Gives the values.
   * @param instruments The instruments whose values it gives.
   */
  addBatchObservableCallback(
    callback: (result: ObservableResult<I>) => Promise<void>,
    instruments: I[],
  ): void
}

// A pass over `/proc` that has found no process. The names of the gauges are needed before their values are.
const NOTHING = { processes: [], hidden: 0, durationMs: 0 }

const METHODS = [
  'createObservableCounter',
  'createObservableGauge',
  'createHistogram',
  'addBatchObservableCallback',
] as const

/**
 * Gives the metrics of this process to OpenTelemetry: `toOpenTelemetry(metrics.getMeter('sexton'))`. They have the
 * names of `toPrometheus()`, with dots and without units. Call it once, in one thread.
 *
 * The counters begin at the import of `sexton/metrics`, and include worker threads that count. The histogram of spawns
 * begins with this call, and has those of this thread only, because OpenTelemetry observes no histograms.
 *
 * @typeParam I The type of the meter's observable instruments.
 * @param meter A `Meter` of `@opentelemetry/api`, version 1.7 or later.
 * @throws {TypeError} if it is not a meter.
 */
export function toOpenTelemetry<I>(meter: MetricsMeter<I>): void {
  if (METHODS.some((name) => typeof meter?.[name] !== 'function')) {
    throw new TypeError(
      invalid(
        'meter',
        meter,
        "a Meter of @opentelemetry/api, for example metrics.getMeter('sexton')",
      ),
    )
  }
  const counts = count()
  recordSpawns(meter, spawnDuration(counts))
  const instruments = new Map<string, I>()
  for (const family of counted(counts)) {
    instruments.set(family.name, meter.createObservableCounter(family.name, optionsOf(family)))
  }
  for (const family of seen(NOTHING)) {
    instruments.set(family.name, meter.createObservableGauge(family.name, optionsOf(family)))
  }
  meter.addBatchObservableCallback(
    async (result) => {
      for (const { name, samples } of [...counted(counts), ...(await seenNow())])
        for (const { value, labels } of samples)
          result.observe(instruments.get(name) as I, value, present(labels))
    },
    [...instruments.values()],
  )
}

function recordSpawns<I>(meter: MetricsMeter<I>, { name, bounds, ...rest }: Histogram): void {
  const advice = { explicitBucketBoundaries: [...bounds] }
  const histogram = meter.createHistogram(name, { ...optionsOf(rest), advice })
  subscribe('sexton:spawned', (message) => {
    histogram.record((message as SpawnedMessage).durationMs / 1000)
  })
}

const optionsOf = ({ help, unit }: Pick<Family, 'help' | 'unit'>): InstrumentOptions => ({
  description: help,
  unit,
})

// In Prometheus an empty label is no label. Here it would be an attribute.
function present(labels: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''))
}
