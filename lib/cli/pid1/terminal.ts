import { closeSync, openSync } from 'node:fs'
import { readStat } from '../../proc.js'

/** Whether this process has a controlling terminal: only then can `/dev/tty` be opened (tty(4)). */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

/** Whether no shell is above us that could resume us. */
export function isSessionLeader(): boolean {
  return readStat(process.pid)?.session === process.pid
}
