/** One line of `/proc/<pid>/stat` (proc_pid_stat(5)), as far as it is needed here. */
export interface ProcessStat {
  pid: number
  /** The command's name, at most 15 bytes; it may hold spaces, parentheses and newlines. */
  name: string
  /** `R`, `S`, `D`, `T`, `Z` … */
  state: string
  ppid: number
  processGroup: number
  session: number
  /** The device number of its controlling terminal; 0 if it has none. */
  terminal: number
  /** Clock ticks that all its threads have run, in its own code and in the kernel. */
  userTime: number
  systemTime: number
  /** Threads, a dead first one included while others live. */
  threads: number
  /** Clock ticks since boot; with the pid it tells a process from a later one with its pid. */
  startTime: number
  /** Pages of memory that it has resident. */
  rss: number
  /** The raw wait status of a zombie, 0 where we may not know it. */
  exitCode: number
}

/**
 * Parses a stat line. The name stands in parentheses and may contain them: the last one closes it.
 *
 * @returns `undefined` for a line that is cut off or has no number where one belongs: zeros in place
 *   of missing fields would take one process for another.
 */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  if (open < 0 || close < open || !text.endsWith('\n')) return undefined
  const [state = '', ...fields] = text.slice(close + 2, -1).split(' ')
  const number = (field: number) => Number(fields[field - 4] || Number.NaN)
  const stat = {
    pid: Number.parseInt(text, 10),
    name: text.slice(open + 1, close),
    state,
    ppid: number(4),
    processGroup: number(5),
    session: number(6),
    terminal: number(7),
    userTime: number(14),
    systemTime: number(15),
    threads: number(20),
    startTime: number(22),
    rss: number(24),
    exitCode: fields.length < 49 ? 0 : number(52), // since Linux 3.5
  }
  const isSound = (value: unknown) => typeof value === 'string' || Number.isFinite(value)
  return Object.values(stat).every(isSound) ? stat : undefined
}

/**
 * Whether it is dead and only waits to be reaped. A process whose first thread has ended shows as `Z`
 * too, while its other threads live on.
 */
export function isZombie({ state, threads }: Pick<ProcessStat, 'state' | 'threads'>): boolean {
  return state === 'Z' && threads <= 1
}

/** A text that tells a process from every other one, a later one with its pid included. */
export function identityOf({ pid, startTime }: Pick<ProcessStat, 'pid' | 'startTime'>): string {
  return `${pid}:${startTime}`
}

/** Splits `/proc/<pid>/cmdline`. A title shorter than the words it was written over leaves zeros behind. */
export function parseCommandLine(text: string): string[] {
  // No regular expression: it would try anew at each zero of a run that is not the last.
  let end = text.length
  while (end > 0 && text[end - 1] === '\0') end -= 1
  return end === 0 ? [] : text.slice(0, end).split('\0')
}

/** Finds the process that a thread belongs to in its status; a newline in its name is escaped there. */
export function parseThreadGroup(text: string): number | undefined {
  const group = /^Tgid:\t(\d+)$/m.exec(text)?.[1]
  return group === undefined ? undefined : Number(group)
}

/**
 * Counts the PID namespaces from the one that `/proc` shows down to the process's own: 1 if they are the
 * same. A kernel before 4.1 does not tell, which counts as 1.
 */
export function parseNamespaceDepth(text: string): number {
  return /^NSpid:\t(.*)$/m.exec(text)?.[1]?.split('\t').length ?? 1
}

/** Splits a list of pids, each with a space behind it. */
export function parseChildren(text: string): number[] {
  return text.split(' ').filter(Boolean).map(Number)
}
