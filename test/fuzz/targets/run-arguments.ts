import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { parseArguments, type Request } from '../../../lib/cli/run/arguments.js'
import { OPTIONS } from '../../../lib/cli/run/options.js'
import { UsageError } from '../../../lib/cli/usage-error.js'
import type { Target } from '../target.js'

const option = fc.constantFrom(...OPTIONS.keys())
const value = fc.constantFrom(
  ...['0', '5', '1.5', '500ms', '10m', '2G', '512M', '1e9', '-1', 'TERM', '٣', '9'.repeat(400)],
  ...['tree', 'cgroup', '*', '[a', '(', '\\', ''],
)
const word = fc.oneof(
  option,
  value,
  fc.tuple(option, value).map((pair) => pair.join('=')),
  fc.constantFrom('--', '-', '--help', '-h', '-V', '--tmeout', '--__proto__', 'true'),
  fc.string({ maxLength: 8 }).map((text) => `--${text}`),
)

const isLimit = (limit: number | undefined) => limit === undefined || limit > 0

/** Any words: settings within their ranges and a command that is the last of the words, or a UsageError. */
export const runArguments: Target<string[]> = {
  name: 'run-arguments',
  input: fc.array(word, { maxLength: 8 }),
  check(words) {
    let request: Request
    try {
      request = parseArguments(words)
    } catch (error) {
      assert(error instanceof UsageError, String(error))
      return
    }
    if (request.kind !== 'run') return
    const { settings, command } = request
    assert.deepEqual(words.slice(-command.length), command)
    const { timeout, idleTimeout, grace = 0, limits } = settings
    assert([timeout, idleTimeout, ...Object.values(limits)].every(isLimit))
    assert(grace >= 0)
  },
}
