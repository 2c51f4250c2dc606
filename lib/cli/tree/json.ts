import type { GuiltyParent } from './guilty.js'
import type { TreeProcess } from './snapshot.js'

/**
 * One document on one line: `processes` with parents before their children, and in `guilty` the living
 * parents that keep zombies. Names and commands are as they are, not escaped for a terminal.
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
  return JSON.stringify(document).replace(UNSAFE, escaped)
}

// JSON lets these through: they may still mean something to a terminal.
const UNSAFE = /[\u007f-\u009f]|(?! )[\p{Cf}\p{Z}]/gu

function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
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
