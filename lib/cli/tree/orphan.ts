import { basename } from 'node:path'
import type { ProcessStat } from '../../system/proc-formats.js'

/** What a process has inherited from whoever started it, and what it may have changed since. */
export type Kin = Pick<
  ProcessStat,
  'pid' | 'ppid' | 'name' | 'processGroup' | 'session' | 'terminal' | 'startTime'
> & { command: readonly string[] }

type Find = (pid: number) => Kin | undefined

// Programs that start one command, the first of their children: any other they have adopted.
const INITS: ReadonlySet<string> = new Set([
  ...['pid1', 'tini', 'tini-static', 'docker-init', 'podman-init', 'dumb-init', 'catatonit'],
])

// A shell starts the members of a pipeline at once, in hundredths of a second.
const PIPELINE = 20

/**
 * Those of the processes that their parent has not started but adopted, after their own had died.
 *
 * The kernel does not note it. The evidence is what a child inherits: its parent's session and process
 * group, which it can change only for its own, or be put into a sibling's group by a shell. Who has
 * others came from elsewhere. And under an init that starts one command, all others were adopted.
 *
 * It cannot see an orphan that founded a session or group of its own (a daemon, after `setsid()`), nor
 * one whose whole family kept to those of its adopter. It takes for an orphan a child whose parent
 * founded its session or group later and then was adopted itself.
 *
 * `find` tells of processes outside the list: parents, and leaders of groups.
 */
export function orphans(processes: readonly Kin[], find: Find): Set<number> {
  const commands = commandsOfInits(processes)
  const isOrphan = (child: Kin): boolean => {
    const parent = find(child.ppid)
    if (parent === undefined) return false
    const command = commands.get(parent.pid)
    if (command !== undefined && command !== child.pid) return true
    const grandparent = find(parent.ppid)
    return (
      hasForeignSession(child, parent, grandparent) ||
      hasForeignGroup(child, parent, grandparent, find)
    )
  }
  return new Set(processes.filter(isOrphan).map(({ pid }) => pid))
}

/** The one child of each init that it has started itself: the eldest, or it would have ended. */
function commandsOfInits(processes: readonly Kin[]): Map<number, number> {
  const inits = new Set(processes.filter(isInit).map(({ pid }) => pid))
  const eldest = new Map<number, Kin>()
  for (const child of processes) {
    if (!inits.has(child.ppid)) continue
    const other = eldest.get(child.ppid)
    if (other === undefined || child.startTime < other.startTime) eldest.set(child.ppid, child)
  }
  return new Map([...eldest].map(([init, { pid }]) => [init, pid]))
}

function isInit({ name, command }: Kin): boolean {
  if (INITS.has(name)) return true
  const [program = '', ...words] = command
  const script = words.find((word) => !word.startsWith('-')) ?? ''
  return basename(program) === 'node' && INITS.has(basename(script, '.js'))
}

// 0 is a session, or group, outside our PID namespace: of it nothing is known.
function hasForeignSession(child: Kin, parent: Kin, grandparent: Kin | undefined): boolean {
  if ([0, child.pid, parent.session].includes(child.session)) return false
  // The parent may have founded its own session after this child was born into the earlier one.
  return parent.session !== parent.pid || child.session !== grandparent?.session
}

function hasForeignGroup(
  child: Kin,
  parent: Kin,
  grandparent: Kin | undefined,
  find: Find,
): boolean {
  const { processGroup: group, session } = child
  if (session !== parent.session || [0, child.pid, parent.processGroup].includes(group))
    return false
  if (parent.processGroup === parent.pid && group === grandparent?.processGroup) return false
  const leader = find(group)
  // The rest of a pipeline whose first member has ended looks the same, where there may be a shell.
  if (leader === undefined) return parent.terminal === 0
  return leader.ppid !== parent.pid || child.startTime - leader.startTime > PIPELINE
}
