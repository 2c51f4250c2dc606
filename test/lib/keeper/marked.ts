import { readdirSync, readFileSync } from 'node:fs'

/** The variable that the processes of one test inherit. */
export const MARK = 'SEXTON_TEST_MARK'

/** The command lines of all living processes with a mark in their environment, wherever they hang in the tree. */
export function marked(mark: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandOf(pid, mark))
    .filter((line) => line !== '')
}

function commandOf(pid: string, mark: string): string {
  try {
    const text = readFileSync(`/proc/${pid}/environ`, 'utf8')
    if (!text.includes(`${MARK}=${mark}`)) return ''
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`
  } catch {
    return '' // it is gone
  }
}
