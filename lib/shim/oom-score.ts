import { readFileSync, writeFileSync } from 'node:fs'

const FILE = '/proc/self/oom_score_adj'
const NEVER = '-1000'

/**
 * Asks the kernel not to kill this process for want of memory, which takes a privilege. Children inherit it, so it comes
 * after the runtime has been started.
 *
 * @returns Undoes it, before another child is started.
 */
export function protectFromOom(): () => void {
  try {
    const before = readFileSync(FILE, 'utf8')
    writeFileSync(FILE, NEVER)
    return () => writeFileSync(FILE, before)
  } catch {
    return () => {} // without the privilege, or without /proc
  }
}
