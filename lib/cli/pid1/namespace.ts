import { attempt, SextonError } from '../../base/errors.js'
import { binding } from '../../system/binding.js'
import { readOwnFile } from '../../system/proc.js'
import { type SignalName, signalNumber } from '../../system/signal-names.js'

const CAP_KILL = 5n

/**
 * Whether this process is the init of a PID namespace and may signal every process in it. Then a single kill(-1)
 * reaches them all, including processes that fork at that moment.
 */
export function rulesNamespace(): boolean {
  return process.pid === 1 && mayKillAnyone()
}

/** Signals every process of the namespace except this one. If it were not PID 1, kill(-1) would hit the machine. */
export function signalNamespace(signal: SignalName): void {
  if (process.pid !== 1) throw new Error('not PID 1')
  binding.kill(-1, signalNumber(signal))
}

// Returns false if the capabilities cannot be read. Then each process is signalled separately.
function mayKillAnyone(): boolean {
  const status = attempt(() => readOwnFile('status').toString('latin1'))
  if (status instanceof SextonError) return false
  const capabilities = /^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'
  return ((BigInt(`0x${capabilities}`) >> CAP_KILL) & 1n) === 1n
}
