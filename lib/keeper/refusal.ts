import { SextonError, systemError } from '../base/errors.js'
import { REFUSALS } from './frames.js'

const { noProc, noSubreaper, noPidfd, noSignalfd, noCgroup } = REFUSALS
const { noUserNamespace, noNamespace, noMount, noGroup } = REFUSALS

// The call that failed, and what is missing without it.
const CALLS: Readonly<Record<number, string>> = {
  [noSubreaper]: 'prctl(PR_SET_CHILD_SUBREAPER)',
  [noPidfd]: 'pidfd_open',
  [noSignalfd]: 'signalfd',
  [noCgroup]: 'open cgroup.kill',
  [noUserNamespace]: 'unshare(CLONE_NEWUSER)',
  [noNamespace]: 'unshare(CLONE_NEWPID)',
  [noMount]: 'mount /proc',
  [noGroup]: 'join a cgroup',
}

// How to get what is missing.
const ADVICE: Readonly<Record<number, string>> = {
  [noCgroup]: "isolation 'cgroup' needs Linux 5.14",
  [noUserNamespace]: `isolation 'pid-namespace' needs root (CAP_SYS_ADMIN), or user namespaces for ordinary users
Allow them, for example with sysctl user.max_user_namespaces=10000, and kernel.apparmor_restrict_unprivileged_userns=0.`,
  [noNamespace]: `isolation 'pid-namespace' needs PID and mount namespaces
Run it with CAP_SYS_ADMIN, and outside of a sandbox that forbids unshare(2).`,
  [noMount]: `isolation 'pid-namespace' needs a /proc of its own
The kernel forbids it where a part of /proc is hidden, as in most containers. Run it with an unmasked /proc.`,
  [noGroup]: 'limits need a cgroup of version 1 that this user may join\nRun it as root.',
}

/** The error for a keeper that refuses to start a job here. */
export function refusal(number: number, errno: number): SextonError {
  const call = CALLS[number]
  if (call !== undefined) {
    const error = systemError(-errno, call, {}, 'ERR_UNSUPPORTED')
    const advice = ADVICE[number]
    if (advice === undefined) return error
    const { message, syscall = call } = error
    const cause = error.cause
    return new SextonError('ERR_UNSUPPORTED', `${message}\n${advice}`, { errno, syscall, cause })
  }
  return new SextonError('ERR_UNSUPPORTED', number === noProc ? PROC : OTHER_VERSION)
}

const PROC = `a job needs the /proc of its own PID namespace, which is not mounted
Mount it, for example with mount -t proc proc /proc`

const OTHER_VERSION = `sexton's keeper is another version's than this library
Build both again: npm rebuild sexton`
