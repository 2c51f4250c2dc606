import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { attempt, ESRCH, SextonError, systemError } from '../base/errors.js'
import { binding } from './binding.js'
import { parseNamespaceDepth } from './proc-formats.js'

// Access to /proc. A read has three outcomes, and callers must not confuse them:
// - A value.
// - `undefined`: the process is gone. The kernel has confirmed this, so a caller may act on it.
// - A SextonError: nothing is known. `ERR_UNSUPPORTED`: /proc is not mounted, shows another PID namespace,
//   or hides this process. `ERR_SYSTEM`: a system call failed, for example because no descriptor was free.

/** Runs a read of one process among many. Returns `undefined` if it is gone, or if `/proc` hides only this one. */
export function unlessHidden<T>(read: () => T): T | undefined {
  return unless(({ code, pid }) => code === 'ERR_UNSUPPORTED' && pid !== undefined, read)
}

/** Runs a read. Returns `undefined` also where this system does not support it. */
export function unlessUnsupported<T>(read: () => T): T | undefined {
  return unless(({ code }) => code === 'ERR_UNSUPPORTED', read)
}

function unless<T>(accepted: (error: SextonError) => boolean, read: () => T): T | undefined {
  const result = attempt(read)
  if (!(result instanceof SextonError)) return result
  if (accepted(result)) return undefined
  throw result
}

// A process never changes its own PID namespace, so its depth is read only once.
let depthIsChecked = false

/**
 * Throws unless `/proc` shows this process's own PID namespace. After `unshare --pid` alone, `/proc` still shows
 * the former namespace, where the same pids mean other processes.
 */
export function requireProc(): void {
  const shown = readGiven('/proc/self', (path) => readlinkSync(path))
  if (shown !== String(process.pid)) throw foreign()
  if (depthIsChecked) return
  // Equal pids do not prove it: the other namespace may know this process by the same number.
  if (parseNamespaceDepth(readGiven('/proc/self/status', readText)) !== 1) throw foreign()
  depthIsChecked = true
}

/** Whether a file exists that some kernels lack. */
export function isThere(path: string): boolean {
  try {
    readText(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw failed(error, path)
  }
}

/** Reads a whole file as text. */
export function readText(path: string): string {
  return readFileSync(path, 'utf8')
}

/** Reads at most `size` bytes of a process's memory: fewer where it has none. */
export function readBytes(path: string, position: bigint, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    return bytes.subarray(0, readSync(fd, bytes, 0, size, position))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EIO' && code !== 'ESRCH') throw error
    if (code === 'ESRCH') lstatSync(dirname(path)) // A zombie has a folder but no memory. This throws if it is gone.
    return bytes.subarray(0, 0)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Reads the files of a folder that stands for descriptors. Leaves out those closed since the folder was listed. */
export function readOpenFiles(folder: string): string[] {
  const texts = readdirSync(folder).map((name) => unlessClosed(() => readText(`${folder}/${name}`)))
  const found = texts.filter((text) => text !== undefined)
  // The descriptors may be missing because the process is gone. Then the folder is missing too.
  if (found.length < texts.length) readdirSync(folder)
  return found
}

function unlessClosed<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Reads an entry of one process or thread.
 *
 * @param id The pid, or the thread's id.
 * @returns The value, or `undefined` if the process is gone.
 */
export function readEntry<T>(id: number, path: string, read: (path: string) => T): T | undefined {
  requireProc()
  for (let isFirst = true; ; isFirst = false) {
    try {
      return read(path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES' || code === 'EPERM') throw hidden(id, error) // hidepid=1, or a security module
      if (code !== 'ENOENT' && code !== 'ESRCH') throw failed(error, path)
    }
    // `hidepid` makes a process look gone. Signal 0 still reaches it, or fails with EPERM.
    if (binding.kill(id, 0) === -ESRCH) return undefined
    // Read again: another process may have received the pid since the first read.
    if (!isFirst) throw hidden(id, undefined)
  }
}

/** Reads an entry that every `/proc` has. */
export function readGiven<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') throw failed(error, path)
    // Every /proc has the link `self`. It points nowhere if this process is not in the namespace shown.
    throw lstatSync('/proc/self', { throwIfNoEntry: false }) === undefined ? missing() : foreign()
  }
}

function missing(): SextonError {
  const advice = 'Mount it, for example with mount -t proc proc /proc'
  return new SextonError('ERR_UNSUPPORTED', `/proc is not mounted\n${advice}`)
}

function foreign(): SextonError {
  const advice = 'Mount the /proc of this namespace, for example with unshare --mount-proc'
  return new SextonError('ERR_UNSUPPORTED', `/proc shows another PID namespace\n${advice}`)
}

function hidden(pid: number, cause: unknown): SextonError {
  const message = `/proc does not show process ${pid} to this user`
  return new SextonError('ERR_UNSUPPORTED', message, { pid, cause })
}

// A refusal is permanent (ERR_UNSUPPORTED); other failures may pass (ERR_SYSTEM). Node's permission model throws an
// error without errno.
function failed(error: unknown, path: string): SextonError {
  const { code, errno, syscall = 'open', message } = error as NodeJS.ErrnoException
  if (errno === undefined) {
    const details = { path, cause: error }
    return new SextonError('ERR_UNSUPPORTED', `cannot read ${path}: ${message}`, details)
  }
  const refused = code === 'EACCES' || code === 'EPERM'
  return systemError(errno, syscall, { path }, refused ? 'ERR_UNSUPPORTED' : 'ERR_SYSTEM')
}
