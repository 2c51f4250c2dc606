import { readOwnFile } from '../../system/proc.js'
import { unlessUnsupported } from '../../system/proc-access.js'
import { parseStat } from '../../system/proc-formats.js'

/**
 * Whether this process leads its session, so that no shell above it could resume it. The pid and session in its own
 * stat line belong to the same PID namespace, whichever `/proc` shows. Without `/proc` the answer is false.
 */
export function isSessionLeader(): boolean {
  const text = unlessUnsupported(() => readOwnFile('stat').toString('latin1'))
  const stat = text === undefined ? undefined : parseStat(text)
  return stat !== undefined && stat.session === stat.pid
}
