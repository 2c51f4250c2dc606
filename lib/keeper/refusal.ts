import { constants } from 'node:os'
import { SextonError, systemError } from '../base/errors.js'
import { REFUSALS } from './frames.js'

// What a job needs of the system, and the error for what it does not get.

const { EAGAIN, EINVAL, EMFILE, ENFILE, ENOMEM } = constants.errno

// A call that fails for want of these may succeed later. Any other failure says that it is not supported here.
const SCARCE: readonly number[] = [EAGAIN, EMFILE, ENFILE, ENOMEM]

/** A system call that a job needs. */
export interface Need {
  syscall: string
  path?: string
  /** The remedy, as a sentence. */
  advice: string
}

const { noSettings, noProc, noSubreaper, noPidfd, noSignalfd, noCgroup } = REFUSALS
const { noUserNamespace, noNamespace, noMount, noGroup } = REFUSALS

export const PIDFD: Need = {
  syscall: 'pidfd_open',
  advice: 'A job needs pidfds: Linux 5.3 or later, and a sandbox that permits pidfd_open(2).',
}

export const MEMORY: Need = {
  syscall: 'memfd_create',
  advice: 'A job needs files in memory: a sandbox that permits memfd_create(2).',
}

const NEEDS: Readonly<Record<number, Need>> = {
  [noSettings]: { syscall: 'mmap', advice: 'A job needs its settings mapped from memory.' },
  [noProc]: {
    syscall: 'readlink',
    path: '/proc/self',
    advice: `A job needs the /proc of its own PID namespace.
Mount it, for example with mount -t proc proc /proc`,
  },
  [noSubreaper]: {
    syscall: 'prctl(PR_SET_CHILD_SUBREAPER)',
    advice: 'A job needs a sandbox that permits prctl(2).',
  },
  [noPidfd]: PIDFD,
  [noSignalfd]: {
    syscall: 'signalfd',
    advice: 'A job needs a sandbox that permits signalfd(2).',
  },
  [noCgroup]: {
    syscall: 'open cgroup.freeze',
    advice: "The isolation 'cgroup' needs Linux 5.7 or later, and files of the group it may write.",
  },
  [noUserNamespace]: {
    syscall: 'unshare(CLONE_NEWUSER)',
    advice: `The isolation 'pid-namespace' needs root (CAP_SYS_ADMIN), or user namespaces for ordinary users.
Allow them, for example with sysctl user.max_user_namespaces=10000, and kernel.apparmor_restrict_unprivileged_userns=0.`,
  },
  [noNamespace]: {
    syscall: 'unshare(CLONE_NEWPID)',
    advice: `The isolation 'pid-namespace' needs PID and mount namespaces.
Run it with CAP_SYS_ADMIN, and outside of a sandbox that forbids unshare(2).`,
  },
  [noMount]: {
    syscall: 'mount /proc',
    advice: `The isolation 'pid-namespace' needs a /proc of its own.
The kernel forbids it where a part of /proc is hidden, as in most containers. Take the isolation 'tree', or unmask it:
--security-opt unmask=ALL (podman), --security-opt systempaths=unconfined (docker).`,
  },
  [noGroup]: {
    syscall: 'join a cgroup',
    advice: 'Limits need a cgroup of version 1 that this user may join.\nRun it as root.',
  },
}

const OTHER_VERSION = `sexton's keeper is another version's than this library
Build both again: npm rebuild sexton
A program that was started before an upgrade has to be started again.`

/** The error for a keeper that refuses to start a job here. */
export function refusal(number: number, errno: number): SextonError {
  const need = NEEDS[number]
  if (need === undefined || (number === noSettings && errno === EINVAL)) {
    return new SextonError('ERR_UNSUPPORTED', OTHER_VERSION)
  }
  return lackOf(need, errno)
}

/** The error for a need that the system has refused. */
export function lackOf({ syscall, path, advice }: Need, errno: number): SextonError {
  const details = path === undefined ? {} : { path }
  if (SCARCE.includes(errno)) return systemError(-errno, syscall, details)
  const { message, cause } = systemError(-errno, syscall, details)
  const whole = `${message}\n${advice}`
  return new SextonError('ERR_UNSUPPORTED', whole, { errno, syscall, ...details, cause })
}
