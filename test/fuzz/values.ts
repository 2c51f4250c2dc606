import fc, { type Arbitrary } from 'fast-check'
import { SINGLE_NAMES } from './revive.mjs'

const special = fc.constantFrom(...SINGLE_NAMES).map((name) => ({ $: name }))

/** Numbers about which arithmetic goes wrong, described. */
export const number: Arbitrary<unknown> = fc.oneof(
  fc.integer({ min: -2, max: 70 }),
  fc.constantFrom(255, 1024, 4096, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32),
  fc.constantFrom(2 ** 53, 2 ** 63, 2 ** 64, -(2 ** 31), -(2 ** 63), 0.5, 1e300, -1e300),
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '-0').map((name) => ({ $: name })),
)

/** Any bytes, as a string of them; NUL, spaces, newlines and parentheses are frequent. */
export function bytes(most = 40): Arbitrary<string> {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    fc.constantFrom('\0', ' ', '\n', '(', ')', '=', '/', '-', 'a', '1'),
  )
  return fc.array(byte, { maxLength: most }).map((parts) => parts.join(''))
}

/** The same without a NUL, as the kernel's strings are. */
export function text(most = 40): Arbitrary<string> {
  return bytes(most).map((string) => string.replaceAll('\0', '\x01'))
}

/** Any value at all, described. */
export const anything: Arbitrary<unknown> = fc.letrec((tie) => ({
  leaf: fc.oneof(
    number,
    special,
    fc.constantFrom(null, true, false),
    fc.string({ maxLength: 12 }),
    bytes(12).map((string) => ({ $bytes: string })),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  record: fc
    .dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 4 })
    .filter((record) => Object.keys(record).every((key) => !key.startsWith('$'))),
  value: fc.oneof({ maxDepth: 2, withCrossShrink: true }, tie('leaf'), tie('list'), tie('record')),
})).value
