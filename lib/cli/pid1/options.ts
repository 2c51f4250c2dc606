import { PERSONA_NAMES, personaOf } from './persona.js'
import type { Settings } from './settings.js'
import {
  parseDescriptor,
  parseDuration,
  parseExitCodes,
  parseId,
  parseRewrite,
  parseSignal,
} from './values.js'

/** One option of `pid1`, for the parser and for the help. */
export interface Option {
  short?: string
  long: string
  /** What stands behind it. */
  value?: string
  text: string
  set: (settings: Settings, word: string, bytes: Buffer) => void
}

/** Options by the heading that the help gives them. */
export const OPTIONS: Readonly<Record<string, readonly Option[]>> = {
  Orphans: [
    flag('s', 'subreaper', 'adopt them although this is not PID 1', (s) => {
      s.subreaper = true
    }),
    flag('w', 'warn-on-reap', 'name each one that is reaped', (s) => {
      s.warnOnReap = true
    }),
    value(
      undefined,
      'report-zombies',
      'AFTER',
      'name zombies that their parent keeps',
      (s, word) => {
        s.reportZombies = parseDuration(word)
      },
    ),
    flag('P', 'pause', 'run no command: reap until TERM or INT', (s) => {
      s.pause = true
    }),
  ],
  Signals: [
    flag('c', 'single-child', 'forward to the command alone (default)', (s) => {
      s.target = 'child'
    }),
    flag('g', 'group', "forward to the command's process group", (s) => {
      s.target = 'group'
    }),
    flag('S', 'session', 'the same, in a session of its own', (s) => {
      s.target = 'session'
    }),
    value('r', 'rewrite', 'S:R', 'forward R for S; R may be 0: nothing', (s, word) => {
      s.rewrites.set(...parseRewrite(word))
    }),
    value('p', 'parent-death-signal', 'S', "to pid1 when pid1's parent dies", (s, word) => {
      s.parentDeathSignal = parseSignal(word)
    }),
    value(undefined, 'child-death-signal', 'S', 'to the command when pid1 dies', (s, word) => {
      s.childDeathSignal = parseSignal(word)
    }),
  ],
  Endings: [
    value('e', 'remap-exit', 'CODES', 'exit with 0 for these: 143, 130-143', (s, word) => {
      for (const code of parseExitCodes(word)) s.forgiven.add(code)
    }),
    value(
      undefined,
      'grace',
      'TIME',
      'for what the command leaves: TERM, then KILL (5s)',
      (s, word) => {
        s.grace = word === 'none' ? undefined : parseDuration(word)
      },
    ),
    value(undefined, 'kill-after', 'TIME', 'KILL if TERM, INT or QUIT has no effect', (s, word) => {
      s.killAfter = parseDuration(word)
    }),
    value('t', 'timeout', 'SECONDS', 'the same', (s, word) => {
      s.killAfter = parseDuration(word)
    }),
  ],
  Command: [
    value(undefined, 'workdir', 'DIR', 'where it runs', (s, _, bytes) => {
      s.workdir = bytes
    }),
    value(undefined, 'env', 'NAME=VALUE', 'a variable for it', (s, word, bytes) => {
      if (word.indexOf('=') < 1) throw new RangeError(`'${word}' is no variable; say NAME=VALUE`)
      s.variables.push(bytes)
    }),
    value('u', 'user-id', 'UID', 'the user it runs as', (s, word) => {
      s.uid = parseId(word)
    }),
    value(undefined, 'group-id', 'GID', 'the group it runs as', (s, word) => {
      s.gid = parseId(word)
    }),
  ],
  Messages: [
    flag('v', 'verbose', 'say more, on stderr; up to three times', (s) => {
      s.verbosity += 1
    }),
    value(undefined, 'log-format', 'FORMAT', 'text or json', (s, word) => {
      if (word !== 'text' && word !== 'json') throw new RangeError(`'${word}' is not text or json`)
      s.logFormat = word
    }),
    value(undefined, 'status-fd', 'N', 'a JSON line for each event, to a descriptor', (s, word) => {
      s.statusFd = parseDescriptor(word)
    }),
    value(undefined, 'status-file', 'FILE', 'the same, appended to a file', (s, _, bytes) => {
      s.statusFile = bytes
    }),
  ],
  Defaults: [
    value(undefined, 'compat', 'NAME', `those of ${PERSONA_NAMES.join(', ')}`, (s, word) => {
      const persona = personaOf(word)
      if (persona === undefined) {
        throw new RangeError(`'${word}' is none of ${PERSONA_NAMES.join(', ')}`)
      }
      // The parser has looked for it beforehand: what other options say counts for more.
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
