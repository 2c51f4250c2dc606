/**
 * Metrics of what sexton does in this process, for Prometheus and OpenTelemetry. Counting begins with the import, in
 * the thread that imports it: `node --import sexton/metrics app.js`, or `import 'sexton/metrics'` as the first line.
 *
 * @packageDocumentation
 */

export { contentType } from './metrics/exposition.js'
export {
  type InstrumentOptions,
  type MetricsMeter,
  type ObservableResult,
  toOpenTelemetry,
} from './metrics/open-telemetry.js'
export { toPrometheus } from './metrics/prometheus.js'
