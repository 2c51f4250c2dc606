import { OPTIONS, type Option } from './options.js'

const INTRO = `Usage: pid1 [options] [--] command [arguments…]

Runs the command as an init: forwards signals to it, reaps orphans, and exits
with its exit code (128+n if signal n ended it).
`

const END = `
  -h, --help   -V, --version   -l, -L, --license

Environment variables:
  TINI_SUBREAPER               if set, like -s
  TINI_KILL_PROCESS_GROUP      if set, like -g
  TINI_VERBOSITY=N             verbosity from 0 to 4 (default 1), overrides -v
  DUMB_INIT_SETSID=0           with --compat dumb-init, like -c
  DUMB_INIT_DEBUG=1            like -vv
  CATATONIT_DEBUG              if set, like -vv

Exit codes of pid1 itself: 2 usage error, 126 not executable, 127 not found.
`

const COLUMN = 31

/** Formats the help text, at most 80 columns wide. */
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
