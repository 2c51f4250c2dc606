import { basename } from 'node:path'
import { invalid } from '../base/errors.js'
import { Refusal } from './refusal.js'

/** A contract by its name, and the words that are its options. */
export interface ContractWords {
  contract: 'conmon' | 'shimmy'
  words: readonly string[]
}

/**
 * Chooses the contract by the first words, or by the program's name.
 *
 * @throws {Refusal} if there is no such contract.
 */
export function chooseContract(program: string, words: readonly string[]): ContractWords {
  const [first = '', second] = words
  const inline = first.startsWith('--compat=')
  const chosen = inline
    ? first.slice('--compat='.length)
    : first === '--compat'
      ? second
      : undefined
  const name = chosen ?? basename(program).replace(/\.c?js$/, '')
  if (name !== 'conmon' && name !== 'shimmy') {
    const expected = 'conmon or shimmy, by --compat or by the name of the program'
    throw new Refusal(invalid('contract', name, expected))
  }
  return { contract: name, words: chosen === undefined ? words : words.slice(inline ? 1 : 2) }
}
