import { attempt, SextonError } from '../../base/errors.js'
import { binding } from '../../system/binding.js'
import { readOwnFile } from '../../system/proc.js'
import { type SignalName, signalNumber } from '../../system/signal-names.js'

const CAP_KILL = 5n

/**
 * Whether this process is the init of a PID namespace and may signal whoever is in it: then one call
 * reaches them all, whom it is about to outlive, and no birth can slip through.
 */
export function rulesNamespace(): boolean {
  return process.pid === 1 && mayKillAnyone()
}

/** Signals all of the namespace but this process. Anywhere else this would be all of the machine. */
export function signalNamespace(signal: SignalName): void {
  if (process.pid !== 1) throw new Error('not PID 1')
  binding.kill(-1, signalNumber(signal))
}

// What cannot be read is not relied upon: then each process is signalled by itself.
function mayKillAnyone(): boolean {
  const status = attempt(() => readOwnFile('status').toString('latin1'))
  if (status instanceof SextonError) return false
  const capabilities = /^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'
  return ((BigInt(`0x${capabilities}`) >> CAP_KILL) & 1n) === 1n
}
