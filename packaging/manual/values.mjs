import { optionsOf } from './help-text.mjs'

/** The first lines of a generated file say so. */
export const NOTE = 'Generated from the help texts: npm run manual'

export const SIGNALS = [
  'HUP',
  'INT',
  'QUIT',
  'TERM',
  'KILL',
  'USR1',
  'USR2',
  'WINCH',
  'CONT',
  'STOP',
]

// By the name of a value in the help texts.
const KINDS = {
  FILE: 'file',
  DIR: 'directory',
  S: SIGNALS,
  SIGNAL: SIGNALS,
  LEVEL: ['tree', 'cgroup', 'pid-namespace'],
  FORMAT: ['text', 'json'],
  NAME: ['tini', 'dumb-init', 'catatonit', 'none'],
  WHEN: ['auto', 'always', 'never'],
}

/** Whether an option may stand without its value. Then the value follows `=` in the same word. */
export const isOptional = ({ value }) => value?.startsWith('[') === true

/** What the value of an option names: nothing without a value, a file, a directory, one of these words, or anything. */
export const kindOf = ({ value }) =>
  value === undefined ? 'nothing' : (KINDS[value.replace(/[[\]]/g, '')] ?? 'anything')

/** All words for the options of a help text. */
export const wordsOf = (help) =>
  optionsOf(help).flatMap(({ short, long }) => [long, short].filter((word) => word !== undefined))

/** Whether the words after the options are a command to run. */
export const runsCommand = ({ usage }) => / command /.test(usage[0])
