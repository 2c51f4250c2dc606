/** The place of a process in a tree. */
export interface Place {
  pid: number
  ppid: number
}

/** A process, and the lines of the tree that are drawn before it. */
export interface Branch<P extends Place> {
  process: P
  lines: string
}

const UNICODE = { last: '└─ ', middle: '├─ ', space: '   ', bar: '│  ', cut: '…' }
const ASCII: typeof UNICODE = { last: '`- ', middle: '|- ', space: '   ', bar: '|  ', cut: '>' }

/** Keeps the processes that are connected to the first one. Between two reads, a process may change its parent. */
export function connected<P extends Place>(stats: readonly P[]): P[] {
  const children = new Map<number, P[]>()
  for (const stat of stats.slice(1)) {
    const siblings = children.get(stat.ppid)
    if (siblings === undefined) children.set(stat.ppid, [stat])
    else siblings.push(stat)
  }
  const found: P[] = []
  const next = stats.slice(0, 1)
  for (let one = next.pop(); one !== undefined; one = next.pop()) {
    found.push(one)
    for (const child of (children.get(one.pid) ?? []).reverse()) next.push(child)
  }
  return found
}

/**
 * Draws the lines of a tree. The first process is the root, and parents come before their children. Only the
 * innermost `most` columns are drawn, because a tree may be deeper than a terminal is wide.
 */
export function branches<P extends Place>(
  processes: readonly P[],
  unicode: boolean,
  most: number,
): Branch<P>[] {
  const style = unicode ? UNICODE : ASCII
  const lastChild = new Map(processes.map(({ pid, ppid }) => [ppid, pid]))
  const below = new Map<number, string>() // the start of the lines of each process's children
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
