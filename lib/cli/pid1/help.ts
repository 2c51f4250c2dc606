import { OPTIONS, type Option } from './options.js'

const INTRO = `Usage: pid1 [options] [--] command [arguments…]

Runs the command as an init: forwards signals to it, and reaps orphans.
Exits with the exit code of the command, or 128+n if signal n ended it.
`

const END = `
Information:
  -h, --help                   show this help
  -V, --version                show the version
  -l, -L, --license            show the license

Environment variables:
  TINI_SUBREAPER               if set, adopt orphans as --subreaper does
  TINI_KILL_PROCESS_GROUP      if set, forward signals as --group does
  TINI_VERBOSITY=N             verbosity from 0 to 4 (default 1), overrides -v
  DUMB_INIT_SETSID=0           as --single-child, with --compat dumb-init
  DUMB_INIT_DEBUG=1            write more to stderr, as -vv does
  CATATONIT_DEBUG              if set, write more to stderr, as -vv does

Exit codes of pid1 itself: 2 usage error, 126 not executable, 127 not found.

Examples:
  pid1 -- node server.js
  pid1 --kill-after 8s --grace 1s -- ./server
  pid1 -r TERM:QUIT -- nginx -g 'daemon off;'
  pid1 -v --status-file /var/log/pid1.json -- ./worker
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
