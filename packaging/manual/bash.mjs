import { optionsOf } from './help-text.mjs'
import { isOptional, kindOf, NOTE, runsCommand, wordsOf } from './values.mjs'

/** The completion of a program for bash. `commands` has the help of each of its commands. */
export function forBash({ name, help, commands = {} }) {
  const names = Object.keys(commands)
  const cases = Object.entries(commands).map(([command, text]) => {
    return [command, text.blocks.length > 0 ? wordsOf(text) : names, text]
  })
  const first = [...names, ...wordsOf(help)]
  return [
    `# bash completion for ${name}. ${NOTE}`,
    `_${name}() {`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash reads it
    '  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words more=',
    '  case $previous in',
    ...valueCases([help, ...Object.values(commands)].flatMap(optionsOf)),
    '  esac',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash reads it
    '  case ${COMP_WORDS[1]} in',
    ...cases.map(([command, words, text]) => `    ${command}) ${answer(words, text)} ;;`),
    `    *) ${answer(first, help)} ;;`,
    '  esac',
    `  ((COMP_CWORD == 1)) && words='${first.join(' ')}'`,
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '  [[ $more ]] && COMPREPLY+=($(compgen -A command -- "$word"))',
    '}',
    `complete -o default -F _${name} ${name}`,
    '',
  ].join('\n')
}

const answer = (words, help) => `words='${words.join(' ')}'${runsCommand(help) ? ' more=1' : ''}`

/** One case for all options whose values are of one kind. */
function valueCases(options) {
  const names = new Map()
  for (const option of options) {
    const kind = [kindOf(option)].flat().join(' ')
    if (kind === 'nothing' || isOptional(option)) continue
    const those = names.get(kind) ?? new Set()
    for (const word of [option.short, option.long]) if (word !== undefined) those.add(word)
    names.set(kind, those)
  }
  return [...names].map(([kind, those]) => `    ${[...those].join('|')}) ${reply(kind)}; return ;;`)
}

function reply(kind) {
  if (kind === 'anything') return 'COMPREPLY=()'
  const actions = { file: '-f', directory: '-d' }
  return `COMPREPLY=($(compgen ${actions[kind] ?? `-W '${kind}'`} -- "$word"))`
}
