import { OPTIONS, type Option, type OptionName, type Values } from './options.js'
import { Refusal } from './refusal.js'

// Parses words as GLib's GOption does, which conmon uses: `--name value`, `--name=value`, `-x value`, `-xvalue`, and
// flags together as in `-it`. Words that are no options are ignored: managers pass `--api-version 1`, and that option
// takes no value.

const SHORT = new Map<string, OptionName>(
  Object.entries(OPTIONS).flatMap(([name, { short }]: [string, Option]) =>
    short === undefined ? [] : [[short, name as OptionName]],
  ),
)

/**
 * Parses the words after the program's name.
 *
 * @throws {Refusal} if an option is unknown or lacks its value, or a number is not an integer.
 */
export function parseArguments(words: readonly string[]): Values {
  const values = noValues()
  const left = [...words]
  for (let word = left.shift(); word !== undefined && word !== '--'; word = left.shift()) {
    if (word.startsWith('--')) parseLong(word, left, values)
    else if (word.startsWith('-') && word !== '-') parseShort(word, left, values)
  }
  return values as unknown as Values
}

type Given = Record<string, boolean | string | number | string[] | undefined>

function noValues(): Given {
  const empty = {
    flag: () => false,
    text: () => undefined,
    number: () => undefined,
    list: () => [],
  }
  const entries = Object.entries(OPTIONS).map(([name, { kind }]) => [name, empty[kind]()])
  return Object.fromEntries(entries)
}

function parseLong(word: string, left: string[], values: Given): void {
  const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? []
  if (!Object.hasOwn(OPTIONS, name)) throw failed(`Unknown option --${name}`)
  const known = name as OptionName
  if (OPTIONS[known].kind === 'flag') values[known] = true
  else assign(known, `--${name}`, value ?? left.shift(), values)
}

function parseShort(word: string, left: string[], values: Given): void {
  for (let at = 1; at < word.length; at += 1) {
    const letter = word[at] as string
    const name = SHORT.get(letter)
    if (name === undefined) throw failed(`Unknown option -${letter}`)
    if (OPTIONS[name].kind === 'flag') {
      values[name] = true
      continue
    }
    const rest = word.slice(at + 1)
    assign(name, `-${letter}`, rest === '' ? left.shift() : rest, values)
    return
  }
}

function assign(name: OptionName, written: string, value: string | undefined, values: Given): void {
  if (value === undefined) throw failed(`Missing argument for ${written}`)
  const { kind } = OPTIONS[name]
  if (kind === 'list') (values[name] as string[]).push(value)
  else values[name] = kind === 'number' ? integer(written, value) : value
}

function integer(written: string, value: string): number {
  const parsed = Number(value)
  if (/^[+-]?\d+$/.test(value) && Number.isSafeInteger(parsed)) return parsed
  throw failed(`Cannot parse integer value '${value}' for ${written}`)
}

function failed(problem: string): Refusal {
  return new Refusal(`option parsing failed: ${problem}`)
}
