import { isZombie, type ProcessStat } from '../system/proc-formats.js'

// The names that native/keeper/ takes as the keeper of a job, and as pid1. That of a container has a name of its shim.
const NAMES: ReadonlySet<string> = new Set(['sexton-keeper', 'pid1'])

/** Whether a process is a living keeper: of a job, or as `pid1`. */
export function isKeeper(process: ProcessStat): boolean {
  return NAMES.has(process.name) && !isZombie(process)
}
