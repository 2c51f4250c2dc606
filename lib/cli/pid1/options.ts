import { invalid } from '../../base/errors.js'
import { parseDuration, parseSignal } from '../values.js'
import { PERSONA_NAMES, personaOf } from './persona.js'
import type { Settings } from './settings.js'
import { parseDescriptor, parseExitCodes, parseId, parseRewrite } from './values.js'

/** An option of `pid1`, for the parser and the help text. */
export interface Option {
  short?: string
  long: string
  /** The name of its value in the help text; `undefined` for an option without a value. */
  value?: string
  text: string
  /** Whether Node must run as long as the command does. The keeper understands all other options without Node. */
  resident?: boolean
  set: (settings: Settings, word: string, bytes: Buffer) => void
}

/** The options, grouped by their heading in the help text. */
export const OPTIONS: Readonly<Record<string, readonly Option[]>> = {
  Orphans: [
    flag('s', 'subreaper', 'adopt orphans although pid1 is not PID 1', (s) => {
      s.subreaper = true
    }),
    flag('w', 'warn-on-reap', 'name each reaped process', (s) => {
      s.warnOnReap = true
    }),
    resident(
      'report-zombies',
      'AFTER',
      'name zombies that their parent does not reap',
      (s, word) => {
        s.reportZombies = parseDuration(word)
      },
    ),
    flag('P', 'pause', 'run no command; reap until TERM or INT', (s) => {
      s.pause = true
    }),
  ],
  Signals: [
    flag('c', 'single-child', 'forward signals to the command only (default)', (s) => {
      s.target = 'child'
    }),
    flag('g', 'group', "forward signals to the command's process group", (s) => {
      s.target = 'group'
    }),
    flag('S', 'session', 'start a new session, forward signals to its group', (s) => {
      s.target = 'session'
    }),
    value('r', 'rewrite', 'S:R', 'forward signal R instead of S; R=0 drops S', (s, word) => {
      s.rewrites.set(...parseRewrite(word))
    }),
    value('p', 'parent-death-signal', 'S', 'send S to pid1 when its parent dies', (s, word) => {
      s.parentDeathSignal = parseSignal(word)
    }),
    value(
      undefined,
      'child-death-signal',
      'S',
      'send S to the command when pid1 dies',
      (s, word) => {
        s.childDeathSignal = parseSignal(word)
      },
    ),
  ],
  Endings: [
    value(
      'e',
      'remap-exit',
      'CODES',
      'turn exit codes into 0, for example 143, 130-143',
      (s, word) => {
        for (const code of parseExitCodes(word)) s.forgiven.add(code)
      },
    ),
    value(
      undefined,
      'grace',
      'TIME',
      'KILL survivors TIME after TERM (default 5s; none)',
      (s, word) => {
        s.grace = word === 'none' ? undefined : parseDuration(word)
      },
    ),
    value(
      undefined,
      'kill-after',
      'TIME',
      'KILL the command TIME after TERM, INT or QUIT',
      (s, word) => {
        s.killAfter = parseDuration(word)
      },
    ),
    value(
      't',
      'timeout',
      'SECONDS',
      'KILL the command SECONDS after TERM, INT or QUIT',
      (s, word) => {
        s.killAfter = parseDuration(word)
      },
    ),
  ],
  Command: [
    value(undefined, 'workdir', 'DIR', 'the working directory of the command', (s, _, bytes) => {
      s.workdir = bytes
    }),
    value(undefined, 'env', 'NAME=VALUE', 'set a variable for the command', (s, word, bytes) => {
      if (word.indexOf('=') < 1) {
        throw new RangeError(invalid('variable', word, 'NAME=VALUE, for example LANG=C'))
      }
      s.variables.push(bytes)
    }),
    value('u', 'user-id', 'UID', 'run the command as this user', (s, word) => {
      s.uid = parseId(word)
    }),
    value(undefined, 'group-id', 'GID', 'run the command as this group', (s, word) => {
      s.gid = parseId(word)
    }),
  ],
  Messages: [
    flag('v', 'verbose', 'write more to stderr; up to three times', (s) => {
      s.verbosity += 1
    }),
    resident(
      'log-format',
      'FORMAT',
      'the format of messages: text (default) or json',
      (s, word) => {
        if (word !== 'text' && word !== 'json') {
          throw new RangeError(invalid('format', word, 'text or json'))
        }
        s.logFormat = word
      },
    ),
    resident('status-fd', 'N', 'write each event as JSON to descriptor N', (s, word) => {
      s.statusFd = parseDescriptor(word)
    }),
    resident('status-file', 'FILE', 'append each event as JSON to FILE', (s, _, bytes) => {
      s.statusFile = bytes
    }),
  ],
  Defaults: [
    value(undefined, 'compat', 'NAME', `the defaults of ${PERSONA_NAMES.join(', ')}`, (s, word) => {
      const persona = personaOf(word)
      if (persona === undefined) {
        throw new RangeError(invalid('name', word, `one of ${PERSONA_NAMES.join(', ')}`))
      }
      // The parser has already applied its defaults, so that the other options override them.
      s.persona = persona
    }),
  ],
}

function flag(
  short: string,
  long: string,
  text: string,
  set: (settings: Settings) => void,
): Option {
  return { short, long, text, set }
}

function value(
  short: string | undefined,
  long: string,
  name: string,
  text: string,
  set: Option['set'],
): Option {
  return { ...(short !== undefined && { short }), long, value: name, text, set }
}

function resident(long: string, name: string, text: string, set: Option['set']): Option {
  return { ...value(undefined, long, name, text, set), resident: true }
}
