import { optionsOf } from './help-text.mjs'
import { isOptional, kindOf, NOTE } from './values.mjs'

/** The completion of a program for fish. `commands` has the help of each of its commands. */
export function forFish({ name, help, commands = {} }) {
  const entries = Object.entries(commands)
  const first = entries.length === 0 ? '' : ' -n __fish_use_subcommand'
  const lines = [
    ...entries.map(([command, { summary }]) => `${first} -f -a ${command} -d ${quote(summary)}`),
    ...optionsOf(help).map((option) => first + words(option)),
    ...(entries.length === 0 ? [] : [helpWords(entries.map(([command]) => command))]),
    ...entries.flatMap(([command, text]) =>
      optionsOf(text).map(
        (option) => ` -n '__fish_seen_subcommand_from ${command}'${words(option)}`,
      ),
    ),
  ]
  const complete = lines.map((line) => `complete -c ${name}${line}`)
  return [`# fish completion for ${name}. ${NOTE}`, ...complete, ''].join('\n')
}

const helpWords = (names) => ` -n '__fish_seen_subcommand_from help' -xa '${names.join(' ')}'`

function words(option) {
  const { short, long, text } = option
  const letter = short === undefined ? '' : ` -s ${short.slice(1)}`
  return `${letter} -l ${long.slice(2)}${isOptional(option) ? '' : value(kindOf(option))} -d ${quote(text)}`
}

function value(kind) {
  if (typeof kind !== 'string') return ` -xa '${kind.join(' ')}'`
  return {
    nothing: '',
    file: ' -rF',
    directory: " -xa '(__fish_complete_directories)'",
    anything: ' -x',
  }[kind]
}

const quote = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`
