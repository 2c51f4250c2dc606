import { branches, connected } from '../base/branches.js'
import { printable } from '../base/printable.js'

/** A process that outlived its parent or its job, and what has become of it. */
export interface DescribedSurvivor {
  pid: number
  ppid: number
  name: string
  /** Its command as one line; empty if it is not known. */
  command: string
  outcome: 'terminated' | 'killed' | 'running'
  /** Why it still runs, as the name of an error number. */
  reason?: string
}

// Characters of a command.
const WIDEST = 100
// Lines of the tree. Thousands of processes may be left.
const MOST_LINES = 50
// Columns of the lines before a process.
const DEEPEST = 60
/** The pid of the tree's root, which no process has. A survivor is below it if its parent is not a survivor. */
const ROOT = 0

/** Draws survivors as a tree, a line each. A long list is cut. */
export function survivorLines(survivors: readonly DescribedSurvivor[], unicode: boolean): string[] {
  const pids = new Set(survivors.map(({ pid }) => pid))
  const places = survivors.map((survivor) => {
    const { pid, ppid } = survivor
    return { pid, ppid: pids.has(ppid) && ppid !== pid ? ppid : ROOT, survivor }
  })
  const all = connected<{ pid: number; ppid: number; survivor?: DescribedSurvivor }>([
    { pid: ROOT, ppid: ROOT - 1 },
    ...places,
  ])
  const lines = branches(all, unicode, DEEPEST)
    .slice(1)
    .map(({ process, lines }) => lines + text(process.survivor as DescribedSurvivor, unicode))
  return shorten(lines, unicode)
}

function text(
  { pid, name, command, outcome, reason }: DescribedSurvivor,
  unicode: boolean,
): string {
  const state = outcome === 'running' ? `still runs${reason ? ` (${reason})` : ''}` : outcome
  const shown = printable(command || name, unicode)
  const end = unicode ? '…' : '...'
  return `${pid} ${shown.length > WIDEST ? shown.slice(0, WIDEST) + end : shown}: ${state}`
}

function shorten(lines: string[], unicode: boolean): string[] {
  if (lines.length <= MOST_LINES) return lines
  const rest = lines.length - MOST_LINES + 1
  return [...lines.slice(0, MOST_LINES - 1), `${unicode ? '…' : '...'} and ${rest} more`]
}
