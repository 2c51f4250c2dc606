import { readFileSync } from 'node:fs'
import { binding } from '../../binding.js'
import { type SignalName, signalNumber } from '../../signal-names.js'

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

function mayKillAnyone(): boolean {
  const capabilities = /^CapEff:\s+([0-9a-f]+)$/m.exec(ownStatus())?.[1] ?? '0'
  return ((BigInt(`0x${capabilities}`) >> CAP_KILL) & 1n) === 1n
}

function ownStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'latin1')
  } catch {
    return '' // no /proc: nothing is known
  }
}
