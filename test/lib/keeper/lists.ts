import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../program.js'

/** A header of the keeper. */
export const header = (name: string) => readFileSync(join(root, 'native', 'keeper', name), 'utf8')

/** The names and values of a list such as `FRAME(kEnd, 1)`, in the notation of lib/. */
export function listOf(text: string, macro: string): Record<string, number> {
  const entries = [...text.matchAll(/\w+\(k(?:Reason)?(\w)(\w*), (\d+)\)/g)]
  const part = text.slice(text.indexOf(`#define ${macro}(`))
  const end = part.search(/[^\\]\n/)
  return Object.fromEntries(
    entries
      .filter(([all]) => part.slice(0, end).includes(all))
      .map(([, first = '', rest, number]) => [`${first.toLowerCase()}${rest}`, Number(number)]),
  )
}
