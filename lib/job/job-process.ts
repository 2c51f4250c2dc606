import { commandLine } from '../base/command-line.js'
import { ageAt, secondsSinceBoot } from '../system/age.js'
import { type Descendant, toDescendant } from '../system/descendants.js'
import { readCommandLine } from '../system/proc.js'
import { unlessHidden } from '../system/proc-access.js'
import { isZombie, type ProcessStat } from '../system/proc-formats.js'
import { residentMemory } from '../system/resident-memory.js'

/** A living process of a job. */
export interface JobProcess extends Descendant {
  /**
   * Its command as one line that can be pasted into a shell. It is empty if the process has emptied its command line, or if
   * the system hides it.
   */
  command: string
  /** Milliseconds since its start, in steps of ten. */
  ageMs: number
  /** Its resident memory, in bytes. Memory that it shares with others counts in full. */
  memory: number
}

/** Adds what a user wants to know of processes, and leaves out zombies. */
export function toJobProcesses(stats: readonly ProcessStat[]): JobProcess[] {
  const time = secondsSinceBoot()
  return stats
    .filter((stat) => !isZombie(stat))
    .map((stat) => ({
      ...toDescendant(stat),
      command: commandOf(stat.pid),
      ageMs: Math.round(ageAt(time, stat) * 1000),
      memory: residentMemory(stat),
    }))
}

function commandOf(pid: number): string {
  const [file, ...args] = unlessHidden(() => readCommandLine(pid)) ?? []
  return file === undefined ? '' : commandLine(file, args)
}
