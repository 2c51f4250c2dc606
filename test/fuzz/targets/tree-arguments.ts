import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { parseArguments, type Request } from '../../../lib/cli/tree/arguments.js'
import { UsageError } from '../../../lib/cli/usage-error.js'
import type { Target } from '../target.js'

const word = fc.oneof(
  fc.constantFrom(
    '--watch',
    '--json',
    '--help',
    '-h',
    '-V',
    '--version',
    '--',
    '-',
    '--watch=',
    '1',
  ),
  fc.constantFrom('--jsn', '--__proto__', '--no-json', '-hV', '0.1', '1.2.3', '.', '1e9', '٣', '5'),
  fc.string({ maxLength: 8 }),
  fc.string({ maxLength: 8 }).map((text) => `--${text}`),
  fc.string({ maxLength: 8 }).map((text) => `--watch=${text}`),
)

/** Any words: a request with a pid and an interval within their ranges, or a UsageError. */
export const treeArguments: Target<string[]> = {
  name: 'tree-arguments',
  input: fc.array(word, { maxLength: 6 }),
  check(words) {
    let request: Request
    try {
      request = parseArguments(words)
    } catch (error) {
      assert(error instanceof UsageError, String(error))
      return
    }
    if (request.kind !== 'tree') return
    const { pid, interval } = request
    assert(Number.isInteger(pid) && pid >= 1 && pid <= 4_194_304)
    assert(interval === undefined || (interval >= 0.1 && interval <= 86_400))
  },
}
