import { isZombie, type ProcessStat } from '../system/proc-formats.js'
import type { Family } from './family.js'
import { isKeeper } from './keepers.js'
import type { Found } from './pass.js'

/** The families of what `/proc` shows of this process's descendants. */
export function seen({ processes }: Found): Family[] {
  const keepers = processes.filter((one) => one.ppid === process.pid && isKeeper(one))
  return [
    gauge(
      'sexton.zombies.kept',
      'Dead descendants of this process that their parent, another process, has not reaped',
      keptZombies(processes),
    ),
    gauge('sexton.keepers', 'Keepers of this process that are alive', keepers.length),
  ]
}

function gauge(name: string, help: string, value: number): Family {
  return { name, help, kind: 'gauge', unit: '{process}', samples: [{ value }] }
}

function keptZombies(processes: readonly ProcessStat[]): number {
  const children = new Map<number, ProcessStat[]>()
  for (const one of processes) {
    const siblings = children.get(one.ppid)
    if (siblings === undefined) children.set(one.ppid, [one])
    else siblings.push(one)
  }
  let zombies = 0
  // A process leaves the map with its children, so an endless loop is impossible where a pid was reused meanwhile.
  const next = [process.pid]
  for (let pid = next.pop(); pid !== undefined; pid = next.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (isZombie(child) && pid !== process.pid) zombies += 1
      next.push(child.pid)
    }
    children.delete(pid)
  }
  return zombies
}
