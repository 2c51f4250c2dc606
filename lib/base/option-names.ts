import { quote } from './errors.js'
import { suggestion } from './suggestion.js'

/** The names of all options of `T`: the compiler refuses a table that lacks one. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>

/** What to do instead of an option that a function does not have but that people expect, by name. */
export type OptionAdvice = Readonly<Record<string, string>>

/**
 * Checks the options of a public function: a plain object, without an option that the function would
 * ignore. An unknown option whose value is `undefined` asks for nothing and passes.
 *
 * @param caller What the caller wrote, for example `spawn()`.
 * @throws {TypeError} which quotes what is wrong and says what would be right.
 */
export function checkOptionNames<T extends object>(
  caller: string,
  options: T,
  known: OptionNames<T>,
  advice: OptionAdvice = {},
): void {
  checkPlainObject('options', options, `{ ${Object.keys(known)[0]}: … }`)
  for (const name in options) {
    if (Object.hasOwn(known, name) || options[name] === undefined) continue
    throw new TypeError(`${caller} has no option '${name}'${remedy(name, known, advice)}`)
  }
}

/**
 * Checks that `value` is an object made of names and values. Options in an array, a `Map` or an instance of
 * a class would be ignored without a word.
 *
 * @param name What it is, for example `env`.
 * @param example A right value, for the error message.
 */
export function checkPlainObject(name: string, value: unknown, example: string): void {
  if (typeof value === 'object' && value !== null && !isInstance(value)) return
  throw new TypeError(`${name} must be a plain object such as ${example}, not ${quote(value)}`)
}

function remedy(name: string, known: object, advice: OptionAdvice): string {
  if (Object.hasOwn(advice, name)) return `; ${advice[name]}`
  const names = Object.keys(known)
  return suggestion(name, names) || `; its options are ${names.join(', ')}`
}

// Whether a class stands anywhere between the object and the root of its prototypes, which is another
// object in another realm. The prototype of Node's `process.env` has a constructor without a name.
function isInstance(value: object): boolean {
  let prototype: object | null = Object.getPrototypeOf(value)
  while (prototype !== null) {
    const next: object | null = Object.getPrototypeOf(prototype)
    if (next !== null && Object.hasOwn(prototype, 'constructor')) {
      if (prototype.constructor?.name !== '') return true
    }
    prototype = next
  }
  return false
}
