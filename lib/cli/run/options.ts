import type { SignalName } from '../../system/signal-names.js'
import { signalName } from '../../system/signal-names.js'
import { parseDuration, parseSignal } from '../values.js'
import { parseChoice, parseCount, parsePattern, parseProcessors, parseSize } from './values.js'

/** The checked options of `sexton run`. */
export interface Settings {
  /** Milliseconds; `undefined` for no limit. */
  timeout?: number
  idleTimeout?: number
  /** Milliseconds from the kill signal to SIGKILL. */
  grace?: number
  killSignal?: SignalName
  isolation?: 'tree' | 'cgroup' | 'pid-namespace'
  cgroup?: string
  limits: { processes?: number; memory?: number; cpu?: number }
  failOnLeak: boolean
  /** The names or command lines of processes that are to live on. */
  keep: RegExp[]
  /** The file of the report. */
  report?: string
}

/** An option of `sexton run`. */
export interface Option {
  /** The name of its value in messages; `undefined` for an option without a value. */
  value?: string
  set: (settings: Settings, word: string) => void
}

const option = (value: string, set: Option['set']): Option => ({ value, set })

/** The options by their names. `help.ts` describes them. */
export const OPTIONS: ReadonlyMap<string, Option> = new Map([
  ['--timeout', option('TIME', (s, word) => limit(s, 'timeout', word))],
  ['--idle-timeout', option('TIME', (s, word) => limit(s, 'idleTimeout', word))],
  [
    '--grace',
    option('TIME', (s, word) => {
      s.grace = parseDuration(word)
    }),
  ],
  [
    '--kill-signal',
    option('SIGNAL', (s, word) => {
      s.killSignal = signalName(parseSignal(word))
    }),
  ],
  [
    '--isolation',
    option('LEVEL', (s, word) => {
      s.isolation = parseChoice(word, ['tree', 'cgroup', 'pid-namespace'])
    }),
  ],
  [
    '--cgroup',
    option('DIR', (s, word) => {
      s.cgroup = word
    }),
  ],
  [
    '--fail-on-leak',
    {
      set: (s) => {
        s.failOnLeak = true
      },
    },
  ],
  ['--keep', option('PATTERN', (s, word) => s.keep.push(parsePattern(word)))],
  [
    '--report',
    option('FILE', (s, word) => {
      s.report = word
    }),
  ],
  [
    '--max-processes',
    option('N', (s, word) => {
      s.limits.processes = parseCount(word)
    }),
  ],
  [
    '--max-memory',
    option('SIZE', (s, word) => {
      s.limits.memory = parseSize(word)
    }),
  ],
  [
    '--max-cpu',
    option('N', (s, word) => {
      s.limits.cpu = parseProcessors(word)
    }),
  ],
])

// As in timeout(1), 0 means no limit.
function limit(settings: Settings, name: 'timeout' | 'idleTimeout', word: string): void {
  const milliseconds = parseDuration(word)
  if (milliseconds > 0) settings[name] = milliseconds
  else delete settings[name]
}
