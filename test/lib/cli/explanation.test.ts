import { openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SextonError } from '../../../lib/base/errors.js'
import { explanation } from '../../../lib/cli/explanation.js'
import { UsageError } from '../../../lib/cli/usage-error.js'

describe('What a program says of an error', () => {
  it("is the message, where the mistake is the user's or the system refused", () => {
    expect(explanation(new UsageError("unknown option '-x'"))).toBe("unknown option '-x'")
    expect(explanation(new SextonError('ERR_UNSUPPORTED', 'not here'))).toBe('not here')
    const refused = (): unknown => {
      try {
        return openSync('/nonexistent', 'r')
      } catch (error) {
        return error
      }
    }
    const missing = "ENOENT: no such file or directory, open '/nonexistent'"
    expect(explanation(refused())).toBe(missing)
  })

  it('tells where a fault of its own is', () => {
    expect(explanation(new TypeError('a fault'))).toMatch(/^TypeError: a fault\n {4}at .+/)
    expect(explanation('thrown')).toBe('thrown')
  })
})
