import { readlinkSync } from 'node:fs'
import { ExitStatus } from '../exit-status.js'
import { readStat } from '../proc.js'

/**
 * The status of a process that is dead and not reaped yet, from the last field of its stat line
 * (Linux 3.5). The kernel shows 0 there to those who may not trace the process, which looks like
 * success: its namespace links, under the same rule, tell whether we may.
 */
export function statusOfZombie(pid: number): ExitStatus | undefined {
  const stat = readStat(pid)
  if (stat?.state !== 'Z' || !mayTrace(pid)) return undefined
  return ExitStatus.fromRaw(pid, stat.exitCode)
}

function mayTrace(pid: number): boolean {
  try {
    readlinkSync(`/proc/${pid}/ns/user`)
    return true
  } catch {
    return false
  }
}
