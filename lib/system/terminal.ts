import { closeSync, openSync } from 'node:fs'
import { attempt, SextonError, systemError } from '../base/errors.js'
import { binding } from './binding.js'
import { readPids, readStat } from './proc.js'
import { unlessHidden } from './proc-access.js'
import { isZombie, type ProcessStat } from './proc-formats.js'

const OUT_OF_DESCRIPTORS: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE'])

/**
 * Whether this process has a controlling terminal. Only then can it open `/dev/tty` (tty(4)).
 *
 * @throws {SextonError} `ERR_SYSTEM` if no descriptor is free for the attempt.
 */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch (error) {
    const { code, errno = 0 } = error as NodeJS.ErrnoException
    if (OUT_OF_DESCRIPTORS.has(code)) throw systemError(errno, 'open', { path: '/dev/tty' })
    return false
  }
}

/** Sets the size that programs on a terminal see, by a descriptor of either side. Its foreground hears of it by SIGWINCH. */
export function setWindowSize(fd: number, rows: number, columns: number): void {
  check(binding.setWindowSize(fd, rows, columns), 'ioctl TIOCSWINSZ')
}

/** Reads the size of a terminal. */
export function windowSize(fd: number): { rows: number; columns: number } {
  const size = new Int32Array(2)
  check(binding.windowSize(fd, size), 'ioctl TIOCGWINSZ')
  const [rows, columns] = size as unknown as [number, number]
  return { rows, columns }
}

/** Whether a terminal writes CR and LF for each LF that a program writes (ONLCR of termios(3)). */
export function translateNewlines(fd: number, on: boolean): void {
  check(binding.translateNewlines(fd, on), 'tcsetattr')
}

function check(result: number, syscall: string): void {
  if (result < 0) throw systemError(result, syscall)
}

/**
 * Whether this process shares its process group with others: the rest of a pipeline, or the script that started
 * it. A shell gives the terminal to a whole group, so a child that takes the terminal takes it from them too.
 * Descendants of this process do not count. If `/proc` cannot be read, the answer is `true`.
 */
export function sharesGroup(): boolean {
  const shared = attempt(() => readStat(process.pid)?.processGroup !== process.pid || hasOthers())
  return shared instanceof SextonError || shared
}

function hasOthers(): boolean {
  const stats = new Map<number, ProcessStat>()
  for (const pid of readPids()) {
    const stat = unlessHidden(() => readStat(pid))
    if (stat !== undefined) stats.set(pid, stat)
  }
  return [...stats.values()].some(
    (stat) => stat.processGroup === process.pid && !isZombie(stat) && !isOwn(stat, stats),
  )
}

function isOwn(stat: ProcessStat, stats: ReadonlyMap<number, ProcessStat>): boolean {
  const seen = new Set<number>()
  let at: ProcessStat | undefined = stat
  for (; at !== undefined && !seen.has(at.pid); at = stats.get(at.ppid)) {
    if (at.pid === process.pid) return true
    seen.add(at.pid)
  }
  return false
}
