import { SextonError, systemError } from '../base/errors.js'
import { REFUSALS } from './frames.js'

const { noProc, noSubreaper, noPidfd, noSignalfd, noCgroup } = REFUSALS

// The call that failed, and what is missing without it.
const CALLS: Readonly<Record<number, string>> = {
  [noSubreaper]: 'prctl(PR_SET_CHILD_SUBREAPER)',
  [noPidfd]: 'pidfd_open',
  [noSignalfd]: 'signalfd',
  [noCgroup]: 'open cgroup.kill',
}

/** The error for a keeper that refuses to start a job here. */
export function refusal(number: number, errno: number): SextonError {
  const call = CALLS[number]
  if (call !== undefined) return systemError(-errno, call, {}, 'ERR_UNSUPPORTED')
  return new SextonError('ERR_UNSUPPORTED', number === noProc ? PROC : OTHER_VERSION)
}

const PROC = `a job needs the /proc of its own PID namespace, which is not mounted
Mount it, for example with mount -t proc proc /proc`

const OTHER_VERSION = `sexton's keeper is another version's than this library
Build both again: npm rebuild sexton`
