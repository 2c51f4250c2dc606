import type { TreeProcess } from './snapshot.js'

/** A process, and the lines of the tree that stand before it. */
export interface Branch {
  process: TreeProcess
  lines: string
}

const UNICODE = { last: '└─ ', middle: '├─ ', space: '   ', bar: '│  ', cut: '…' }
const ASCII: typeof UNICODE = { last: '`- ', middle: '|- ', space: '   ', bar: '|  ', cut: '>' }

/**
 * Draws the lines of a tree whose first process is the root and whose parents come before their
 * children. Beyond `most` columns only the innermost lines are drawn: a tree may be deeper than any
 * terminal is wide.
 */
export function branches(
  processes: readonly TreeProcess[],
  unicode: boolean,
  most: number,
): Branch[] {
  const style = unicode ? UNICODE : ASCII
  const lastChild = new Map(processes.map(({ pid, ppid }) => [ppid, pid]))
  const below = new Map<number, string>() // what the lines of a process' children begin with
  return processes.map((process, index) => {
    const { pid, ppid } = process
    if (index === 0) {
      below.set(pid, '')
      return { process, lines: '' }
    }
    const before = below.get(ppid) ?? ''
    const isLast = lastChild.get(ppid) === pid
    below.set(pid, innermost(before + (isLast ? style.space : style.bar), most, style.cut))
    return { process, lines: before + (isLast ? style.last : style.middle) }
  })
}

function innermost(lines: string, most: number, cut: string): string {
  return lines.length <= most ? lines : cut + lines.slice(lines.length - most + 1)
}
