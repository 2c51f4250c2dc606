import { basename } from 'node:path'
import type { ProcessStat } from '../../system/proc-formats.js'

/** The attributes that a process inherits from its first parent. It may have changed some of them since. */
export type Kin = Pick<
  ProcessStat,
  'pid' | 'ppid' | 'name' | 'processGroup' | 'session' | 'terminal' | 'startTime'
> & { command: readonly string[] }

type Find = (pid: number) => Kin | undefined

// Programs that start a single command. All their other children were adopted.
const INITS: ReadonlySet<string> = new Set([
  ...['pid1', 'tini', 'tini-static', 'docker-init', 'podman-init', 'dumb-init', 'catatonit'],
])

// Clock ticks (hundredths of a second) within which a shell starts all members of a pipeline.
const PIPELINE = 20

/**
 * Finds the orphans: the processes that their parent did not start but adopted.
 *
 * The kernel does not record adoptions, so inherited attributes are the evidence. A child inherits the session and
 * process group of its parent. It can only found its own, or a shell moves it to a sibling's group. A child with
 * any other session or group was adopted. Under an init that starts one command, all other children were adopted.
 *
 * Two kinds of orphans are missed: one that founded its own session or group (a daemon after `setsid()`), and one
 * whose family shared those of its adopter. A child counts wrongly as an orphan if its parent founded a session or
 * group later and was then adopted itself.
 *
 * @param find Finds processes outside the list: parents, and leaders of groups.
 */
export function orphans(processes: readonly Kin[], find: Find): Set<number> {
  const commands = commandsOfInits(processes)
  const isOrphan = (child: Kin): boolean => {
    const parent = find(child.ppid)
    if (parent === undefined || isObserver(child)) return false
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

// Node beside the keeper that is pid1: lib/cli/pid1/observer.ts.
function isObserver({ command }: Kin): boolean {
  return command.some((word) => /^--keeper=\d+:/.test(word))
}

/** Finds the command of each init: its eldest child, because an init exits when its command does. */
function commandsOfInits(processes: readonly Kin[]): Map<number, number> {
  const inits = new Set(processes.filter(isInit).map(({ pid }) => pid))
  const eldest = new Map<number, Kin>()
  for (const child of processes) {
    if (!inits.has(child.ppid) || isObserver(child)) continue
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

// A session or group 0 lies outside this PID namespace, and nothing is known about it.
function hasForeignSession(child: Kin, parent: Kin, grandparent: Kin | undefined): boolean {
  if ([0, child.pid, parent.session].includes(child.session)) return false
  // The parent may have founded its own session after this child was started in the earlier one.
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
  // With a terminal there may be a shell, and the rest of a pipeline whose first member has exited looks the same.
  if (leader === undefined) return parent.terminal === 0
  return leader.ppid !== parent.pid || child.startTime - leader.startTime > PIPELINE
}
