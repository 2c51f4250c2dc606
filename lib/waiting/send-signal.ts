import { ESRCH, systemError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { signalName } from '../system/signal-names.js'

/** Sends by pid, for a caller who knows whose pid it is; false if there is no such process. */
export function sendSignal(pid: number, signal: number): boolean {
  const result = binding.kill(pid, signal)
  if (result === -ESRCH) return false
  if (result < 0) throw systemError(result, `kill ${signalName(signal)}`, { pid })
  return true
}
