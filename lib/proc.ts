import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

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

/** The process's stat line, or `undefined` if there is no such process, or no `/proc`. */
export function readStat(pid: number | string): ProcessStat | undefined {
  const text = readOrUndefined(`/proc/${pid}/stat`)
  return text === undefined ? undefined : parseStat(text)
}

/**
 * The name stands in parentheses and may contain them: the last one closes it. A line that does not
 * end, or has no numbers where they should be, is none: to go on with zeros for what is missing would
 * take one process for another.
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

/**
 * The words it was started by, or what it has written over them since; none for a zombie, a thread of
 * the kernel, or who does not exist.
 */
export function readCommandLine(pid: number): string[] {
  return parseCommandLine(readOrUndefined(`/proc/${pid}/cmdline`) ?? '')
}

/** A title shorter than the words it was written over leaves zeros behind. */
export function parseCommandLine(text: string): string[] {
  // No regular expression: it would try anew at each zero of a run that is not the last.
  let end = text.length
  while (end > 0 && text[end - 1] === '\0') end -= 1
  return end === 0 ? [] : text.slice(0, end).split('\0')
}

/** Whether it is the id of a thread that is not the first of its process. */
export function isThread(id: number): boolean {
  const group = threadGroup(id)
  return group !== undefined && group !== id
}

/** The process that a thread is of. */
export function threadGroup(id: number): number | undefined {
  return parseThreadGroup(readOrUndefined(`/proc/${id}/status`) ?? '')
}

/** The process that a thread is of, from its status; a newline in its name is escaped there. */
export function parseThreadGroup(text: string): number | undefined {
  const group = /^Tgid:\t(\d+)$/m.exec(text)?.[1]
  return group === undefined ? undefined : Number(group)
}

/**
 * The children that hang on one thread of a process, or `undefined` where the kernel was built
 * without CONFIG_PROC_CHILDREN or there is no such thread.
 */
export function readTaskChildren(pid: number | string, tid: number | string): number[] | undefined {
  const text = readOrUndefined(`/proc/${pid}/task/${tid}/children`)
  return text === undefined ? undefined : parseChildren(text)
}

/**
 * The children that hang on this process's main thread, by what the kernel lists, or without
 * CONFIG_PROC_CHILDREN those of all threads; `undefined` if they cannot be read.
 */
export function childrenOfMainThread(): number[] | undefined {
  if (!procIsOurs()) return undefined
  const listed = readTaskChildren(process.pid, process.pid)
  return listed ?? readPids()?.filter((pid) => readStat(pid)?.ppid === process.pid)
}

/** Pids, each with a space behind it. */
export function parseChildren(text: string): number[] {
  return text.split(' ').filter(Boolean).map(Number)
}

/** Whether `/proc` has our own pids; after `unshare --pid` alone it still has those of another namespace. */
export function procIsOurs(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid)
  } catch {
    return false
  }
}

/** The threads of a process; empty if there is no such process. */
export function readTasks(pid: number): string[] {
  return readDirectory(`/proc/${pid}/task`) ?? []
}

/** Every pid that `/proc` shows; `undefined` if it cannot be read now. */
export function readPids(): number[] | undefined {
  return readDirectory('/proc')?.map(Number).filter(Number.isInteger)
}

function readDirectory(path: string): string[] | undefined {
  try {
    return readdirSync(path)
  } catch {
    return undefined // it ended meanwhile, there is no /proc, or no descriptor to read it by
  }
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // it ended meanwhile, or there is no descriptor to read it by
  }
}
