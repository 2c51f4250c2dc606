import { constants } from 'node:os'
import { binding } from '../../lib/system/binding.js'

export function openAll() {
  binding.openExitSource(() => {})
  binding.watchPidfd(binding.pidfdOpen(process.ppid), 1, false)
  binding.startChildSignal(() => {})
  binding.openSignals(() => {})
  binding.subscribeSignal(constants.signals.SIGHUP)
}
