/**
 * Weaknesses that cannot be shown from outside, or in a program that cannot be run here: known from
 * their sources. What pid1 does instead is tested where a case is named.
 */
export interface Reading {
  number: string
  what: string
  pid1: string
}

export const readings: readonly Reading[] = [
  {
    number: 'D2',
    what: 'dumb-init looks up realtime signals past the end of a table of 32',
    pid1: 'signals are kept by number in a map; each is handed on once',
  },
  {
    number: 'D11',
    what: 'dumb-init asserts, as PID 1, that what has not exited was killed by a signal',
    pid1: 'a status of neither kind is no end, and is not taken for one',
  },
  {
    number: 'C6',
    what: 'catatonit tries for ever, without a pause, where reading its signals fails',
    pid1: 'an interrupted read is done again; another failure ends pid1 and says why',
  },
  {
    number: 'P1',
    what: 'pid1-rs reaps a child killed by a realtime signal, takes that for an error and then waits for ever',
    pid1: 'exit 128 + n, for orphans too',
  },
  {
    number: 'P2',
    what: 'pid1-rs hands on SIGTERM and SIGINT alone, and of these the first alone',
    pid1: 'each signal is handed on, each time',
  },
  {
    number: 'P3',
    what: 'pid1-rs kills 2 s after SIGTERM, 255 s at the most, and cannot be told not to',
    pid1: 'never, unless `--kill-after` says when',
  },
  {
    number: 'P4',
    what: 'pid1-rs that is not PID 1 becomes the command: no supervision, no group, no subreaper',
    pid1: 'it supervises wherever it runs',
  },
  {
    number: 'P5',
    what: 'pid1-rs refuses arguments that are no UTF-8, and exits with 1 where it cannot execute',
    pid1: 'bytes are handed on; 127 and 126 say what was wrong',
  },
  {
    number: 'P6',
    what: 'pid1-rs kills the command alone; what that has started stays',
    pid1: 'the rest is asked to end, then killed',
  },
]
