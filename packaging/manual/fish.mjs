import { optionsOf } from './help-text.mjs'
import { isOptional, kindOf, NOTE, runsCommand } from './values.mjs'

/** The completion of a program for fish. `commands` has the help of each of its commands. */
export function forFish({ name, help, commands = {} }) {
  const entries = Object.entries(commands)
  const lines =
    entries.length === 0
      ? forWords(name, help, { words: 1 })
      : [
          ...isCommand(name),
          ...entries.map(([command, { summary }]) =>
            complete(name, '__fish_use_subcommand', ` -f -a ${command} -d ${quote(summary)}`),
          ),
          ...optionsOf(help).map((one) => complete(name, '__fish_use_subcommand', option(one))),
          ...entries.flatMap(([command, text]) => forCommand(name, command, text, entries)),
        ]
  return [`# fish completion for ${name}. ${NOTE}`, ...lines, ''].join('\n')
}

// Not __fish_seen_subcommand_from: the command that `sexton run` is to run may have any name.
const isCommand = (name) => [
  `function __${name}_is`,
  '    set -l words (commandline -opc)',
  '    test "$words[2]" = $argv[1]',
  'end',
]

function forCommand(name, command, text, entries) {
  const condition = `__${name}_is ${command}`
  if (text.blocks.length === 0)
    return [complete(name, condition, ` -f -a '${entries.map(([one]) => one).join(' ')}'`)]
  if (runsCommand(text)) return forWords(`${name}`, text, { words: 2, command, condition })
  return [
    ...optionsOf(text).map((one) => complete(name, condition, option(one))),
    complete(name, condition, " -f -a '(__fish_complete_pids)'"),
  ]
}

/** The options of a program that runs a command, and that command with its own completion. */
function forWords(name, help, { words, command, condition }) {
  const before = `__${[name, command].filter(Boolean).join('_')}_takes_options`
  const valued = optionsOf(help)
    .filter((one) => kindOf(one) !== 'nothing')
    .flatMap(({ short, long }) => [short, long].filter(Boolean))
    .join(' ')
  const inside = condition === undefined ? '' : `${condition}; and `
  // The first word that the function gets would be taken for one of its own options.
  const run = `(__fish_complete_subcommand --fcs-skip=${words} - ${valued})`
  return [
    ...takesOptions(before, words, valued),
    ...optionsOf(help).map((one) => complete(name, inside + before, option(one))),
    complete(name, condition, ` -f -a '${run}' -d command`),
  ]
}

/** A function that fails where the words of the command have begun. */
const takesOptions = (name, words, valued) => [
  `function ${name}`,
  '    set -l words (commandline -opc)',
  `    set -e words[1..${words}]`,
  '    while set -q words[1]',
  `        if contains -- $words[1] ${valued}`,
  '            set -e words[1]',
  "        else if test $words[1] = --; or not string match -q -- '-*' $words[1]",
  '            return 1',
  '        end',
  '        set -e words[1]',
  '    end',
  '    return 0',
  'end',
]

const complete = (name, condition, words) =>
  `complete -c ${name}${condition === undefined ? '' : ` -n '${condition}'`}${words}`

function option(one) {
  const { short, long, text } = one
  const letter = short === undefined ? '' : ` -s ${short.slice(1)}`
  const name = long === undefined ? '' : ` -l ${long.slice(2)}`
  return `${letter}${name}${value(one)} -d ${quote(text)}`
}

// An option with an optional value has it in the same word, after `=`: fish completes it there without `-r`.
function value(one) {
  const kind = kindOf(one)
  if (typeof kind !== 'string') return `${isOptional(one) ? ' -f' : ' -x'} -a '${kind.join(' ')}'`
  if (isOptional(one)) return ' -f'
  return {
    nothing: '',
    file: ' -r -F',
    directory: " -x -a '(__fish_complete_directories)'",
    anything: ' -x',
  }[kind]
}

const quote = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`
