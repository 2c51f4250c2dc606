import type { PidVariable } from '../../spawn/environment.js'
import { binding } from '../../system/binding.js'

const PIDS: readonly PidVariable[] = ['LISTEN_PID', 'SYSTEMD_EXEC_PID', 'WATCHDOG_PID']

/**
 * Finds the variables in which systemd named this process. A program compares them with its own pid, so for the
 * command they must hold the command's pid. Variables that name another process stay unchanged.
 */
export function namesOfOurs(environment: readonly Uint8Array[]): PidVariable[] {
  const entries = new Set(environment.map((entry) => Buffer.from(entry).toString('latin1')))
  const names = PIDS.filter((name) => entries.has(`${name}=${process.pid}`))
  const id = [...entries].find((entry) => entry.startsWith('LISTEN_PIDFDID='))
  if (id === undefined || !names.includes('LISTEN_PID')) return names
  const own = binding.ownPidfdId()
  // If the pidfd id belongs to another process, LISTEN_PID is that process's pid, reused by this one.
  const isOurs = own === undefined || id === `LISTEN_PIDFDID=${own}`
  return isOurs ? [...names, 'LISTEN_PIDFDID'] : names.filter((name) => name !== 'LISTEN_PID')
}
