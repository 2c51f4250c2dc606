import { printable } from '../../base/printable.js'
import type { JobSurvivor } from '../../job/job-events.js'
import { branches } from '../tree/branches.js'
import { connected } from '../tree/snapshot.js'

/** The end of a job, as a summary describes it. */
export interface Story {
  survivors: readonly JobSurvivor[]
  /** `'exit'`, or why the job was ended. */
  endedBy: string
}

// Lines of the tree. A job may leave thousands of processes.
const WIDEST = 100 // characters of a command
const MOST_LINES = 50
// Columns of the lines before a process.
const DEEPEST = 60
/** The pid of the tree's root, which no process has. A survivor is below it if its parent is not a survivor. */
const ROOT = 0

const TITLES: Readonly<Record<string, string>> = {
  timeout: 'timed out',
  idle: 'no output for too long',
}

/** Tells what outlived the command, and why the job was ended: a line, and a tree of processes. No lines without news. */
export function summary({ survivors, endedBy }: Story, unicode: boolean): string[] {
  const title = TITLES[endedBy]
  if (survivors.length === 0) return title === undefined ? [] : [`sexton run: ${title}`]
  const isOne = survivors.length === 1
  const count = isOne ? '1 process' : `${survivors.length} processes`
  const reason = title === undefined ? '' : `${title}; `
  const heading =
    endedBy === 'exit'
      ? `${count} outlived the command:`
      : `${reason}${count} ${isOne ? 'was' : 'were'} ended with the command:`
  return [`sexton run: ${heading}`, ...shorten(tree(survivors, unicode), unicode)]
}

function tree(survivors: readonly JobSurvivor[], unicode: boolean): string[] {
  const pids = new Set(survivors.map(({ pid }) => pid))
  const places = survivors.map((survivor) => {
    const { pid, ppid } = survivor
    return { pid, ppid: pids.has(ppid) && ppid !== pid ? ppid : ROOT, survivor }
  })
  const all = connected<{ pid: number; ppid: number; survivor?: JobSurvivor }>([
    { pid: ROOT, ppid: ROOT - 1 },
    ...places,
  ])
  return branches(all, unicode, DEEPEST)
    .slice(1)
    .map(({ process, lines }) => lines + text(process.survivor as JobSurvivor, unicode))
}

function text({ pid, name, command, outcome, reason }: JobSurvivor, unicode: boolean): string {
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
