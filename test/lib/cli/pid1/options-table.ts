import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import { OPTIONS, type Option } from '../../../../lib/cli/pid1/options.js'
import { PERSONAS, type Persona } from '../../../../lib/cli/pid1/persona.js'
import { signalName } from '../../../../lib/system/signal-names.js'

// Errors that a command's start or a signal may have. All would differ between versions of Node.
const ERRORS = [
  ...['EPERM', 'ENOENT', 'ESRCH', 'EIO', 'ENXIO', 'E2BIG', 'EAGAIN', 'ENOMEM', 'EACCES', 'EBUSY'],
  ...['ENODEV', 'ENOTDIR', 'EISDIR', 'EINVAL', 'ENFILE', 'EMFILE', 'ENOTTY', 'ETXTBSY', 'EROFS'],
  ...['ENAMETOOLONG', 'ENOSYS', 'ELOOP', 'ETIMEDOUT'],
] as const

const HEAD = `#ifndef SEXTON_KEEPER_PID1_TABLE_H_
#define SEXTON_KEEPER_PID1_TABLE_H_

// Generated from lib/cli/pid1/: SEXTON_UPDATE_TABLE=1 npx vitest run options-table
//
// The options that need no Node while the command runs, the personas, and the names of signals and
// of errors.

// clang-format off
`

const FOOT = `// clang-format on

#endif  // SEXTON_KEEPER_PID1_TABLE_H_
`

/** The header of the keeper's `pid1`, as the tables of `lib/cli/pid1/` have it. */
export function renderTable(): string {
  const options = Object.values(OPTIONS).flat()
  const names = Object.entries(PERSONAS)
  const personas = [...new Set(Object.values(PERSONAS))]
  const aliases = names.map(([name, persona]) => `{"${name}", ${personas.indexOf(persona)}},`)
  return [
    HEAD,
    macro('OPTIONS(OPTION)', options.filter(({ resident }) => resident !== true).map(optionRow)),
    macro('PERSONAS', personas.map(personaRow)),
    macro('ALIASES', aliases),
    macro('SIGNALS(SIGNAL)', signalRows()),
    macro('ERRORS(ERROR)', errorRows()),
    FOOT,
  ].join('\n')
}

function macro(head: string, rows: readonly string[]): string {
  return `#define SEXTON_PID1_${head} \\\n${rows.map((row) => `  ${row}`).join(' \\\n')}\n`
}

/** The name of an option in C++: `kWarnOnReap`. */
function optionRow({ short, long, value }: Option): string {
  const name = long.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
  const letter = short === undefined ? '0' : `'${short}'`
  return `OPTION(k${name}, ${letter}, "${long}", ${value !== undefined})`
}

const TARGETS = { child: 'kChild', group: 'kGroup', session: 'kSessionOfChild' } as const

function personaRow(persona: Persona): string {
  const { name, target, grace, farewell, adopts, warnsWhenPlain, swallows, execExits } = persona
  const mask = swallows.reduce((bits, signal) => bits | (1n << BigInt(signal - 1)), 0n)
  const words = [`"${name}"`, TARGETS[target], grace !== undefined, grace ?? 0, farewell, adopts]
  const more = [warnsWhenPlain, `0x${mask.toString(16)}`, `{${execExits.join(', ')}}`]
  return `{${[...words, ...more].join(', ')}},`
}

// The usual name of a number comes first.
function signalRows(): string[] {
  return Object.entries(constants.signals)
    .map(([name, number]) => ({ name, number, isOther: signalName(number) !== name }))
    .sort((a, b) => a.number - b.number || Number(a.isOther) - Number(b.isOther))
    .map(({ name, number }) => `SIGNAL(${number}, "${name.slice(3)}")`)
}

function errorRows(): string[] {
  return ERRORS.map((name) => {
    const number = constants.errno[name]
    const [, text] = getSystemErrorMap().get(-number) ?? ['', 'unknown error']
    return `ERROR(${number}, "${name}: ${text}")`
  })
}
