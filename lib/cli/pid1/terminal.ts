import { closeSync, openSync } from 'node:fs'
import { readOwnFile } from '../../proc.js'
import { unlessUnsupported } from '../../proc-access.js'
import { parseStat } from '../../proc-formats.js'

/** Whether this process has a controlling terminal: only then can `/dev/tty` be opened (tty(4)). */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

/**
 * Whether no shell is above us that could resume us. Its own stat line counts pid and session alike in any PID
 * namespace. Without `/proc` this is not known, and counts as no.
 */
export function isSessionLeader(): boolean {
  const text = unlessUnsupported(() => readOwnFile('stat').toString('latin1'))
  const stat = text === undefined ? undefined : parseStat(text)
  return stat !== undefined && stat.session === stat.pid
}
