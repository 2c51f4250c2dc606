import { attempt } from '../base/errors.js'
import { readOwnFile } from '../system/proc.js'

/** Whether this process is in the foreground of its terminal. If `/proc` cannot be read, the answer is `true`. */
export function isInForeground(): boolean {
  const line = attempt(() => readOwnFile('stat').toString('latin1'))
  if (typeof line !== 'string') return true
  // Fields 5 and 8 of proc_pid_stat(5): the process group, and that of the terminal's foreground.
  const [, , group, , , foreground] = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return group === foreground
}
