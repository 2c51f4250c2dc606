import { readOwnFile } from '../../system/proc.js'
import { unlessUnsupported } from '../../system/proc-access.js'
import { parseStat } from '../../system/proc-formats.js'

/**
 * Whether no shell is above us that could resume us. Its own stat line counts pid and session alike in any PID
 * namespace. Without `/proc` this is not known, and counts as no.
 */
export function isSessionLeader(): boolean {
  const text = unlessUnsupported(() => readOwnFile('stat').toString('latin1'))
  const stat = text === undefined ? undefined : parseStat(text)
  return stat !== undefined && stat.session === stat.pid
}
