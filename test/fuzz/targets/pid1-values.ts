import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import {
  parseDescriptor,
  parseExitCodes,
  parseId,
  parseRewrite,
} from '../../../lib/cli/pid1/values.js'
import { parseDuration, parseSignal } from '../../../lib/cli/values.js'
import { allSignalNumbers, signalName } from '../../../lib/system/signal-names.js'
import type { Target } from '../target.js'
import { text } from '../values.js'

const SIGNALS = allSignalNumbers()
const isSignal = (value: number) => SIGNALS.includes(value)
const isCode = (value: unknown) =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255

const PARSERS: readonly { parse: (word: string) => unknown; holds: (value: never) => boolean }[] = [
  { parse: parseDuration, holds: (time: number) => time >= 0 },
  { parse: parseSignal, holds: isSignal },
  {
    parse: parseRewrite,
    holds: ([from, to]: [number, number]) => isSignal(from) && (to === 0 || isSignal(to)),
  },
  { parse: parseExitCodes, holds: (codes: number[]) => codes.length > 0 && codes.every(isCode) },
  { parse: parseId, holds: (id: number) => Number.isInteger(id) && id >= 0 && id < 2 ** 32 - 1 },
  {
    parse: parseDescriptor,
    holds: (fd: number) => Number.isInteger(fd) && fd >= 0 && fd < 2 ** 31,
  },
]

const likely = fc
  .array(
    fc.constantFrom(
      '0',
      '1',
      '64',
      '255',
      '256',
      '-',
      ',',
      ':',
      '.',
      's',
      'ms',
      'TERM',
      'SIG',
      '+',
      '3',
    ),
  )
  .map((parts) => parts.join(''))

/** Any word: a value within its range, or a RangeError that quotes the word. */
export const pid1Values: Target<string> = {
  name: 'pid1-values',
  input: fc.oneof(likely, text(), fc.constantFrom('9'.repeat(400), '0'.repeat(70), 'SIG٣', '１５')),
  check(word) {
    for (const { parse, holds } of PARSERS) {
      let value: unknown
      try {
        value = parse(word)
      } catch (error) {
        assert(error instanceof RangeError && error.message.includes(`'`), String(error))
        continue
      }
      assert(holds(value as never), `${parse.name}('${word}') gives ${value}`)
    }
  },
}

interface Written {
  milliseconds: number
  signals: [number, number]
  codes: [number, number]
}

/** What is written in each form that there is comes back as what it was. */
export const pid1ValuesBack: Target<Written> = {
  name: 'pid1-values-back',
  input: fc.record({
    milliseconds: fc.nat(10 ** 9),
    signals: fc.tuple(fc.constantFrom(...SIGNALS), fc.constantFrom(...SIGNALS)),
    codes: fc.tuple(fc.nat(255), fc.nat(255)),
  }),
  check({ milliseconds, signals: [from, to], codes }) {
    assert.equal(parseDuration(`${milliseconds}ms`), milliseconds)
    assert.equal(parseDuration(`${milliseconds}s`), milliseconds * 1000)
    assert.equal(parseDuration(`${milliseconds}`), milliseconds * 1000)
    const name = signalName(from)
    for (const form of [
      `${from}`,
      name,
      name.slice(3),
      name.toLowerCase(),
      name.slice(3).toLowerCase(),
    ]) {
      assert.equal(parseSignal(form), from)
      assert.deepEqual(parseRewrite(`${form}:${signalName(to)}`), [from, to])
    }
    const [low, high] = [Math.min(...codes), Math.max(...codes)]
    const range = parseExitCodes(`${low}-${high}`)
    assert.deepEqual([range[0], range.at(-1), range.length], [low, high, high - low + 1])
    assert.deepEqual(parseExitCodes(codes.join(',')), codes)
  },
}
