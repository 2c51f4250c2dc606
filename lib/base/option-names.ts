import { invalid } from './errors.js'
import { suggestion } from './suggestion.js'

/** A table of the names of all options of `T`. The compiler rejects a table that lacks one. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>

/** Advice for options that a function does not have but that people expect, by the option's name. */
export type OptionAdvice = Readonly<Record<string, string>>

/**
 * Checks that the options of a public function are a plain object without unknown names. An unknown option
 * whose value is `undefined` is accepted.
 *
 * @param caller The function's name for the message, for example `spawn()`.
 * @throws {TypeError} if they are not a plain object, or an option is unknown.
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
 * Checks that `value` is a plain object. Options in an array, a `Map` or an instance of a class would be
 * ignored silently.
 *
 * @param name The argument's name for the message, for example `env`.
 * @param example A right value for the message.
 * @throws {TypeError} if it is not a plain object.
 */
export function checkPlainObject(name: string, value: unknown, example: string): void {
  if (typeof value === 'object' && value !== null && !isInstance(value)) return
  throw new TypeError(invalid(name, value, `a plain object, for example ${example}`))
}

function remedy(name: string, known: object, advice: OptionAdvice): string {
  if (Object.hasOwn(advice, name)) return `\n${advice[name]}`
  const names = Object.keys(known)
  return suggestion(name, names) || `: expected one of ${names.join(', ')}`
}

// Looks for a class in the chain of prototypes below its root. The root differs between realms, so it is not
// compared. The prototype of Node's `process.env` has a constructor without a name.
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
