import { safeJson } from '../safe-json.js'
import type { GuiltyParent } from './guilty.js'
import type { TreeProcess } from './snapshot.js'

/**
 * Formats a snapshot as one line of JSON: `processes`, parents before their children, and `guilty`, the living
 * parents that keep zombies. Names and commands are not shortened or escaped beyond the rules of `safeJson()`.
 */
export function toJson(
  processes: readonly TreeProcess[],
  guilty: readonly GuiltyParent[],
  at: Date,
): string {
  const [root] = processes
  const document = {
    time: at.toISOString(),
    root: root?.pid,
    processes: processes.map(describe),
    guilty,
  }
  return safeJson(document)
}

function describe(process: TreeProcess) {
  return {
    pid: process.pid,
    ppid: process.ppid,
    name: process.name,
    command: process.command,
    state: process.state,
    zombie: process.zombie,
    orphan: process.orphan,
    ageSeconds: round(process.age, 2),
    cpuPercent: round(process.cpu, 1),
    memoryBytes: process.memory,
    threads: process.threads,
    processGroup: process.processGroup,
    session: process.session,
    startTime: process.startTime,
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
