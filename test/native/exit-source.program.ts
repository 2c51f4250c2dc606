import { constants } from 'node:os'
import { binding } from '../../lib/system/binding.js'

export function openAll() {
  const tokens = new Float64Array(1 + binding.exitBatch)
  const records = new Float64Array(binding.exitBatch * binding.waitFields)
  binding.openExitSource(() => {}, tokens, records)
  binding.watchPidfd(binding.pidfdOpen(process.ppid), 1, false)
  binding.startChildSignal(() => {})
  binding.openSignals(() => {})
  binding.subscribeSignal(constants.signals.SIGHUP)
}
