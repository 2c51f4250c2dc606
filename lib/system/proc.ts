import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { attempt, SextonError } from '../base/errors.js'
import {
  isThere,
  readBytes,
  readEntry,
  readGiven,
  readOpenFiles,
  readText,
  requireProc,
  unlessHidden,
} from './proc-access.js'
import {
  type ProcessStat,
  parseChildren,
  parseCommandLine,
  parseStat,
  parseThreadGroup,
} from './proc-formats.js'

// The only module that reads /proc. A read returns `undefined` only if the process is certainly gone. It throws
// a SextonError if nothing is known: see lib/system/proc-access.ts.

/**
 * Reads a file of `/proc/self`, which means this process in every namespace that `/proc` may show.
 *
 * @throws {SextonError} `ERR_UNSUPPORTED`, `ERR_SYSTEM`.
 */
export function readOwnFile(name: string): Buffer {
  return readGiven(`/proc/self/${name}`, (path) => readFileSync(path))
}

/** Reads a process's stat line. */
export function readStat(pid: number): ProcessStat | undefined {
  const text = readProcessFile(pid, 'stat')
  if (text === undefined) return undefined
  const stat = parseStat(text)
  if (stat !== undefined) return stat
  throw new SextonError('ERR_UNSUPPORTED', `/proc/${pid}/stat has an unknown format`, { pid })
}

/** Reads the stat lines of these processes. Leaves out those that are gone, and those that `/proc` hides. */
export function readStats(pids: readonly number[]): ProcessStat[] {
  return pids.map((pid) => unlessHidden(() => readStat(pid))).filter((stat) => stat !== undefined)
}

/** Reads the stat lines of all processes that `/proc` shows. */
export function readAllStats(): ProcessStat[] {
  return readStats(readPids())
}

/** Reads the name of a process for a log; `undefined` if it is gone or cannot be read. */
export function readName(pid: number): string | undefined {
  const stat = attempt(() => readStat(pid))
  return stat instanceof SextonError ? undefined : stat?.name
}

/**
 * Reads the words of a process's command line, which the process may have overwritten. The list is empty for
 * a zombie, a kernel thread, or a process that is gone.
 */
export function readCommandLine(pid: number): string[] {
  return parseCommandLine(readProcessFile(pid, 'cmdline') ?? '')
}

/** Whether this is the id of a thread other than the first of its process. */
export function isThread(id: number): boolean {
  const group = threadGroup(id)
  return group !== undefined && group !== id
}

/** Returns the process that a thread belongs to; `undefined` if the thread is gone. */
export function threadGroup(id: number): number | undefined {
  return parseThreadGroup(readProcessFile(id, 'status') ?? '')
}

/** Whether this user may trace the process. Only then does the kernel show the wait status of a zombie. */
export function mayTrace(pid: number): boolean {
  return readProcessLink(pid, 'ns/user') !== undefined
}

/** Reads a link of a process; `undefined` if it cannot be read for any reason. */
export function readProcessLink(pid: number, name: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/${name}`)
  } catch {
    return undefined
  }
}

/** Reads a file of a process. */
export function readProcessFile(pid: number, name: string): string | undefined {
  return readEntry(pid, `/proc/${pid}/${name}`, readText)
}

/** Reads a file of one thread of a process; `undefined` if the thread is gone. */
export function readTaskFile(pid: number, tid: number, name: string): string | undefined {
  return readEntry(tid, `/proc/${pid}/task/${tid}/${name}`, readText)
}

/** Lists the threads of a process. */
export function readTasks(pid: number): number[] | undefined {
  return readEntry(pid, `/proc/${pid}/task`, (path) => readdirSync(path).map(Number))
}

/**
 * Reads the memory of a process, which takes the right to trace it.
 *
 * @returns At most `size` bytes: fewer where none is mapped, as in a zombie. `undefined` if the process is gone.
 * @throws {SextonError} `ERR_UNSUPPORTED` if this user may not trace it; `ERR_SYSTEM`.
 */
export function readMemory(pid: number, address: bigint, size: number): Buffer | undefined {
  return readEntry(pid, `/proc/${pid}/mem`, (path) => readBytes(path, address, size))
}

/**
 * Reads what the kernel tells of each descriptor of a process (proc_pid_fdinfo(5)).
 *
 * @returns One text for each descriptor, in no order. `undefined` if the process is gone.
 * @throws {SextonError} `ERR_UNSUPPORTED` if this user may not see them; `ERR_SYSTEM`.
 */
export function readDescriptors(pid: number): string[] | undefined {
  return readEntry(pid, `/proc/${pid}/fdinfo`, readOpenFiles)
}

let childrenAreListed: boolean | undefined

/** Whether the kernel lists the children of each thread, which needs CONFIG_PROC_CHILDREN. */
export function listsChildren(): boolean {
  if (childrenAreListed === undefined) {
    requireProc()
    childrenAreListed = isThere(`/proc/self/task/${process.pid}/children`)
  }
  return childrenAreListed
}

/** Lists the children of one thread; `undefined` if the thread is gone, or the kernel does not list children. */
export function readTaskChildren(pid: number, tid: number): number[] | undefined {
  const text = listsChildren() ? readTaskFile(pid, tid, 'children') : undefined
  return text === undefined ? undefined : parseChildren(text)
}

/**
 * Lists the children of this process's main thread. Without CONFIG_PROC_CHILDREN it lists those of all threads.
 * Returns `undefined` if they cannot be read.
 */
export function childrenOfMainThread(): number[] | undefined {
  const children = attempt(
    () =>
      readTaskChildren(process.pid, process.pid) ??
      readPids().filter((pid) => unlessHidden(() => readStat(pid))?.ppid === process.pid),
  )
  return children instanceof SextonError ? undefined : children
}

/** Lists every pid that `/proc` shows. `hidepid=2` hides those of other users. */
export function readPids(): number[] {
  requireProc()
  return readGiven('/proc', (path) => readdirSync(path))
    .map(Number)
    .filter(Number.isInteger)
}

/** Reads the seconds since boot; `undefined` if the mount option `subset=pid` hides them. */
export function readUptime(): number | undefined {
  try {
    return Number.parseFloat(readText('/proc/uptime')) || undefined
  } catch {
    return undefined
  }
}
