import { optionsOf } from './help-text.mjs'
import { isOptional, kindOf, NOTE, runsCommand } from './values.mjs'

/** The completion of a program for zsh. `commands` has the help of each of its commands. */
export function forZsh({ name, help, commands = {} }) {
  const names = Object.keys(commands)
  if (names.length === 0)
    return [`#compdef ${name}`, `# ${NOTE}`, ...specification(help, ''), ''].join('\n')
  return [
    `#compdef ${name}`,
    `# ${NOTE}`,
    'if ((CURRENT == 2)); then',
    ...specification(help, '  ', oneOf(names)),
    '  return',
    'fi',
    'shift words',
    '((CURRENT--))',
    'case $words[1] in',
    ...Object.entries(commands).flatMap(([command, text]) => [
      `  ${command})`,
      ...specification(text, '    ', text.blocks.length > 0 ? undefined : oneOf(names)),
      '    ;;',
    ]),
    'esac',
    '',
  ].join('\n')
}

const oneOf = (names) => `':command:(${names.join(' ')})'`

const COMMAND = "'(-):command: _command_names -e' '*::arguments: _normal'"

function specification(help, indent, rest = runsCommand(help) ? COMMAND : "'::process:_pids'") {
  const words = [...optionsOf(help).map(option), rest]
  return [
    `${indent}_arguments -s \\`,
    ...words.map((word, i) => `${indent}  ${word}${i === words.length - 1 ? '' : ' \\'}`),
  ]
}

function option({ short, long, value, text }) {
  const told = text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''")
  const rest = `'[${told}]${action({ value })}'`
  const equals = isOptional({ value }) ? '=-' : ''
  if (short !== undefined && long !== undefined)
    return `'(${short} ${long})'{${short},${long}}${rest}`
  return `${long ?? short}${equals}${rest}`
}

function action({ value }) {
  const kind = kindOf({ value })
  if (kind === 'nothing') return ''
  const actions = { file: '_files', directory: '_files -/', anything: ' ' }
  const name = value.replace(/\W/g, '').toLowerCase()
  const colon = isOptional({ value }) ? '::' : ':'
  return `${colon}${name}:${typeof kind === 'string' ? actions[kind] : `(${kind.join(' ')})`}`
}
