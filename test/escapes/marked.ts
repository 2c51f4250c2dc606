import { readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'

/** The variable that the processes of an escape inherit. */
export const MARK = 'SEXTON_TEST_MARK'

/** A living process of an escape. */
export interface Marked {
  pid: number
  command: string
}

/**
 * Lists the living processes with a mark in their environment or their command line, wherever they hang in the tree.
 * An escape may empty its environment, and that of another user may be hidden.
 */
export function marked(mark: string): Marked[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), command: commandOf(name, mark) }))
    .filter(({ command }) => command !== '')
}

/** Kills all processes with a mark that this user may kill, until none is left. */
export async function endMarked(mark: string): Promise<void> {
  while (marked(mark).filter(({ pid }) => kill(pid)).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Returns whether the signal was sent. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, constants.signals.SIGKILL)
  } catch {
    return false // it has ended, or is another user's
  }
}

function commandOf(pid: string, mark: string): string {
  const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
  const isMarked =
    command.includes(mark) || read(`/proc/${pid}/environ`).includes(`${MARK}=${mark}`)
  return isMarked ? command || 'no command line' : ''
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it is gone, or another user's
  }
}
