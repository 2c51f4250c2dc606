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
    pid1: 'it keeps signals by number in a map and forwards each once',
  },
  {
    number: 'D11',
    what: 'dumb-init asserts, as PID 1, that a child that has not exited was killed by a signal',
    pid1: 'a status of neither kind does not count as a death',
  },
  {
    number: 'C6',
    what: 'catatonit retries for ever, without a pause, if it cannot read its signals',
    pid1: 'it repeats an interrupted read; another failure ends pid1, which says why',
  },
  {
    number: 'P1',
    what: 'pid1-rs reaps a child killed by a realtime signal, mistakes that for an error, and waits for ever',
    pid1: 'exit 128 + n, for orphans too',
  },
  {
    number: 'P2',
    what: 'pid1-rs forwards only SIGTERM and SIGINT, and only the first of these',
    pid1: 'it forwards each signal, each time',
  },
  {
    number: 'P3',
    what: 'pid1-rs always kills: 2 s after SIGTERM by default, 255 s at most',
    pid1: 'it kills only with `--kill-after`',
  },
  {
    number: 'P4',
    what: 'pid1-rs becomes the command if it is not PID 1: no supervision, no group, no subreaper',
    pid1: 'it supervises wherever it runs',
  },
  {
    number: 'P5',
    what: 'pid1-rs refuses arguments that are not UTF-8, and exits with 1 if it cannot execute',
    pid1: 'it passes on bytes; 127 and 126 tell what was wrong',
  },
  {
    number: 'P6',
    what: 'pid1-rs kills the command alone; its descendants stay',
    pid1: 'it asks survivors to end, then kills them',
  },
]
