import type { Option, OptionTable, ValuesOf } from './options.js'
import { Refusal } from './refusal.js'

// Parses words as GLib's GOption does, which conmon uses: `--name value`, `--name=value`, `-x value`, `-xvalue`, and
// flags together as in `-it`. Words that are no options are ignored: managers pass `--api-version 1`, and that option
// takes no value.

/**
 * Parses the words after the program's name.
 *
 * @throws {Refusal} if an option is unknown or lacks its value, or a number is not an integer.
 */
export function parseArguments<T extends OptionTable>(
  words: readonly string[],
  options: T,
): ValuesOf<T> {
  const parser = new Parser(options, words)
  return parser.parse() as unknown as ValuesOf<T>
}

type Given = Record<string, boolean | string | number | string[] | undefined>

class Parser {
  readonly #options: OptionTable
  readonly #left: string[]
  readonly #values: Given

  constructor(options: OptionTable, words: readonly string[]) {
    this.#options = options
    this.#left = [...words]
    this.#values = noValues(options)
  }

  parse(): Given {
    const next = () => this.#left.shift()
    for (let word = next(); word !== undefined && word !== '--'; word = next()) {
      if (word.startsWith('--')) this.#parseLong(word)
      else if (word.startsWith('-') && word !== '-') this.#parseShort(word)
    }
    return this.#values
  }

  #parseLong(word: string): void {
    const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? []
    if (!Object.hasOwn(this.#options, name)) throw failed(`Unknown option --${name}`)
    const { kind } = this.#options[name] as Option
    if (kind === 'flag') this.#values[name] = true
    else this.#assign(name, `--${name}`, value ?? this.#left.shift())
  }

  #parseShort(word: string): void {
    for (let at = 1; at < word.length; at += 1) {
      const letter = word[at] as string
      const found = Object.entries(this.#options).find(([, { short }]) => short === letter)
      if (found === undefined) throw failed(`Unknown option -${letter}`)
      const [name, { kind }] = found
      if (kind === 'flag') {
        this.#values[name] = true
        continue
      }
      const rest = word.slice(at + 1)
      this.#assign(name, `-${letter}`, rest === '' ? this.#left.shift() : rest)
      return
    }
  }

  #assign(name: string, written: string, value: string | undefined): void {
    if (value === undefined) throw failed(`Missing argument for ${written}`)
    const { kind } = this.#options[name] as Option
    if (kind === 'list') (this.#values[name] as string[]).push(value)
    else this.#values[name] = kind === 'number' ? integer(written, value) : value
  }
}

function noValues(options: OptionTable): Given {
  const empty = {
    flag: () => false,
    text: () => undefined,
    number: () => undefined,
    list: () => [],
  }
  return Object.fromEntries(
    Object.entries(options).map(([name, { kind }]) => [name, empty[kind]()]),
  )
}

function integer(written: string, value: string): number {
  const parsed = Number(value)
  if (/^[+-]?\d+$/.test(value) && Number.isSafeInteger(parsed)) return parsed
  throw failed(`Cannot parse integer value '${value}' for ${written}`)
}

function failed(problem: string): Refusal {
  return new Refusal(`option parsing failed: ${problem}`)
}
