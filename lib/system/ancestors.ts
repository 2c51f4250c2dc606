import { readStat } from './proc.js'
import { unlessUnsupported } from './proc-access.js'

/**
 * Lists the pids of this process's ancestors, its parent first. Always includes the parent and PID 1. Others are
 * missing if `/proc` does not show them.
 */
export function ownAncestors(): Set<number> {
  const ancestors = new Set<number>()
  let parent: number | undefined = process.ppid
  // The parent of a process in another PID namespace is 0. A chain that changes while it is read may have a loop.
  while (parent !== undefined && parent > 0 && !ancestors.has(parent)) {
    const pid: number = parent
    ancestors.add(pid)
    parent = unlessUnsupported(() => readStat(pid))?.ppid
  }
  return ancestors.add(1)
}
