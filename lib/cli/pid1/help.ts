import { OPTIONS, type Option } from './options.js'

const INTRO = `Usage: pid1 [options] [--] command [arguments…]

Runs the command as an init does: forwards signals to it, reaps orphaned
processes, and exits as it exits (128+n if signal n ended it).
`

const END = `
  -h, --help   -V, --version   -l, -L, --license

Environment variables:
  TINI_SUBREAPER               as -s, if set
  TINI_KILL_PROCESS_GROUP      as -g, if set
  TINI_VERBOSITY=N             0 to 4, whatever -v says; default 1
  DUMB_INIT_SETSID=0           with --compat dumb-init: as -c
  DUMB_INIT_DEBUG=1            as -vv
  CATATONIT_DEBUG              as -vv, if set

Exit codes of its own: 2 usage, 126 not executable, 127 not found.
`

const COLUMN = 31

/** The help text, at most 80 columns wide. */
export function help(): string {
  const groups = Object.entries(OPTIONS).map(
    ([heading, options]) => `\n${heading}:\n${options.map(line).join('')}`,
  )
  return INTRO + groups.join('') + END
}

function line({ short, long, value, text }: Option): string {
  const names = `  ${short === undefined ? '   ' : `-${short},`} --${long}`
  const whole = value === undefined ? names : `${names} ${value}`
  const gap = whole.length < COLUMN ? ' '.repeat(COLUMN - whole.length) : `\n${' '.repeat(COLUMN)}`
  return `${whole}${gap}${text}\n`
}
