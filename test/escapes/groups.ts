import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Lists the directories of this process's jobs in a cgroup of version 2, default: the one that this process is in. */
export function groupsOfJobs(cgroup: string | undefined = ownGroup()): string[] {
  if (cgroup === undefined) return []
  return readdirSync(cgroup).filter((name) => name.startsWith(`sexton-${process.pid}-`))
}

function ownGroup(): string | undefined {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
  const folder = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(mounts)?.[1]
  const path = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1]
  return folder === undefined || path === undefined ? undefined : join(folder, path)
}
