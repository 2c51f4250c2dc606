import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { attempt, ESRCH, SextonError, systemError } from '../base/errors.js'
import { binding } from './binding.js'
import { parseNamespaceDepth } from './proc-formats.js'

// Access to /proc. Each read has three outcomes, which must not be mixed up:
// - A value.
// - `undefined`: the process is gone. The kernel has confirmed it, so a caller may act on it.
// - A SextonError: nothing is known. `ERR_UNSUPPORTED`: /proc is not mounted, shows another PID namespace,
//   or hides this process. `ERR_SYSTEM`: a system call failed, for example for want of descriptors.

/** Runs a read of one process among many: `undefined` if it is gone, or `/proc` hides it alone. */
export function unlessHidden<T>(read: () => T): T | undefined {
  return unless(({ code, pid }) => code === 'ERR_UNSUPPORTED' && pid !== undefined, read)
}

/** Runs a read that may tell nothing: `undefined` too where this system does not tell. */
export function unlessUnsupported<T>(read: () => T): T | undefined {
  return unless(({ code }) => code === 'ERR_UNSUPPORTED', read)
}

function unless<T>(accepted: (error: SextonError) => boolean, read: () => T): T | undefined {
  const result = attempt(read)
  if (!(result instanceof SextonError)) return result
  if (accepted(result)) return undefined
  throw result
}

// A process never changes its PID namespace, so one look at its depth is enough.
let depthIsChecked = false

/**
 * Throws unless `/proc` shows this process's own PID namespace. After `unshare --pid` alone it still shows
 * the former one, where the same pids mean other processes.
 */
export function requireProc(): void {
  const shown = readGiven('/proc/self', (path) => readlinkSync(path))
  if (shown !== String(process.pid)) throw foreign()
  if (depthIsChecked) return
  // The former namespace may know this process by the same number.
  if (parseNamespaceDepth(readGiven('/proc/self/status', readText)) !== 1) throw foreign()
  depthIsChecked = true
}

/** Whether there is a file that some kernels lack. */
export function isThere(path: string): boolean {
  try {
    readText(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw failed(error, path)
  }
}

/** Reads a file to its end. */
export function readText(path: string): string {
  return readFileSync(path, 'utf8')
}

/**
 * Reads what belongs to one process or thread.
 *
 * @returns `undefined` if it is gone.
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
    // `hidepid` shows a process as if it were gone, but the process can still be signalled, or refuses it.
    if (binding.kill(id, 0) === -ESRCH) return undefined
    // Another process may have got the pid since the first read: only a second read tells.
    if (!isFirst) throw hidden(id, undefined)
  }
}

/** Reads what `/proc` always has. */
export function readGiven<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') throw failed(error, path)
    // The link is always there, and points nowhere where this process is not in that namespace.
    throw lstatSync('/proc/self', { throwIfNoEntry: false }) === undefined ? missing() : foreign()
  }
}

function missing(): SextonError {
  return new SextonError('ERR_UNSUPPORTED', 'there is no /proc to read processes from')
}

function foreign(): SextonError {
  const advice = 'mount the one of this namespace, for example with unshare --mount-proc'
  return new SextonError('ERR_UNSUPPORTED', `/proc shows another PID namespace: ${advice}`)
}

function hidden(pid: number, cause: unknown): SextonError {
  const message = `/proc does not show process ${pid} to this user`
  return new SextonError('ERR_UNSUPPORTED', message, { pid, cause })
}

// A refusal lasts, other failures may pass. Node's permission model refuses with an error without errno.
function failed(error: unknown, path: string): SextonError {
  const { code, errno, syscall = 'open', message } = error as NodeJS.ErrnoException
  if (errno === undefined) {
    const details = { path, cause: error }
    return new SextonError('ERR_UNSUPPORTED', `${path} cannot be read: ${message}`, details)
  }
  const refused = code === 'EACCES' || code === 'EPERM'
  return systemError(errno, syscall, { path }, refused ? 'ERR_UNSUPPORTED' : 'ERR_SYSTEM')
}
