import { basename } from 'node:path'

/**
 * USER_HZ, the unit of times in `/proc`. It is 100 on every architecture that Node supports, whatever the kernel's own
 * tick is.
 */
export const TICKS_PER_SECOND = 100

/** The fields of `/proc/<pid>/stat` (proc_pid_stat(5)) that sexton uses. */
export interface ProcessStat {
  pid: number
  /** The command's name, at most 15 bytes; it may hold spaces, parentheses and newlines. */
  name: string
  /** `R`, `S`, `D`, `T`, `Z` … */
  state: string
  ppid: number
  processGroup: number
  session: number
  /** The device number of its controlling terminal; 0 without one. */
  terminal: number
  /** Clock ticks of processor time of all its threads, in its own code and in the kernel. */
  userTime: number
  systemTime: number
  /** The number of threads. A first thread that has exited counts as long as others live. */
  threads: number
  /** Clock ticks since boot. Together with the pid it identifies a process. */
  startTime: number
  /** Resident memory, in pages. It lacks some: see `residentMemory()`. */
  rss: number
  /** The raw wait status of a zombie; 0 if this user may not see it. */
  exitCode: number
}

/**
 * Parses a stat line. The name stands in parentheses and may itself contain some, so the last one closes it.
 *
 * @returns The fields, or `undefined` if the line is cut off or a number is missing. Zeros for missing fields
 *   would make one process look like another.
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
 * Whether a process is dead and not reaped yet. A process whose first thread has exited also has the state `Z`,
 * although its other threads live on.
 */
export function isZombie({ state, threads }: Pick<ProcessStat, 'state' | 'threads'>): boolean {
  return state === 'Z' && threads <= 1
}

/** A key that identifies a process, even among later processes with the same pid. */
export function identityOf({ pid, startTime }: Pick<ProcessStat, 'pid' | 'startTime'>): string {
  return `${pid}:${startTime}`
}

/** Splits `/proc/<pid>/cmdline`. A process title shorter than the original words leaves zeros behind it. */
export function parseCommandLine(text: string): string[] {
  // A loop, because a regular expression would retry at each zero of every run, in quadratic time.
  let end = text.length
  while (end > 0 && text[end - 1] === '\0') end -= 1
  return end === 0 ? [] : text.slice(0, end).split('\0')
}

/** Finds in the status of a thread the process it belongs to. The kernel escapes newlines in the name there. */
export function parseThreadGroup(text: string): number | undefined {
  const group = /^Tgid:\t(\d+)$/m.exec(text)?.[1]
  return group === undefined ? undefined : Number(group)
}

/**
 * Counts the PID namespaces from the one that `/proc` shows down to the process's own: 1 if both are the
 * same. A kernel before 4.1 does not show them, which counts as 1.
 */
export function parseNamespaceDepth(text: string): number {
  return /^NSpid:\t(.*)$/m.exec(text)?.[1]?.split('\t').length ?? 1
}

/** Splits a list of pids, each followed by a space. */
export function parseChildren(text: string): number[] {
  return text.split(' ').filter(Boolean).map(Number)
}

/** Whether a process may be named for Node's main thread. Its command line then tells the program. */
export const isNamedByNode = (name: string): boolean => /^(node-)?MainThread$/.test(name)

/**
 * Names a process for a person: by the program of its command line where its own name says nothing. Node 24 and later
 * name the main thread, and so the process, `MainThread`.
 */
export function shortName(name: string, command: readonly string[]): string {
  const [program] = command
  return isNamedByNode(name) && program !== undefined ? basename(program) : name
}
