import { readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

/** Removes the control groups below this one of ours; the kernel keeps those that are in use. */
export function removeGroups(name: string): void {
  const hierarchies = readdirSync('/sys/fs/cgroup', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `/sys/fs/cgroup/${entry.name}`)
  for (const hierarchy of ['/sys/fs/cgroup', ...hierarchies]) removeGroup(hierarchy + name)
}

function removeGroup(path: string): void {
  let groups: string[]
  try {
    const entries = readdirSync(path, { withFileTypes: true })
    groups = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  } catch {
    return // it was never made here
  }
  for (const group of groups) removeGroup(join(path, group))
  rmdirSync(path)
}
