import { survivorLines } from '../../exit/survivor-lines.js'
import type { JobSurvivor } from '../../job/job-events.js'

/** The end of a job, as a summary describes it. */
export interface Story {
  survivors: readonly JobSurvivor[]
  /** `'exit'`, or why the job was ended. */
  endedBy: string
}

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
  return [`sexton run: ${heading}`, ...survivorLines(survivors, unicode)]
}
