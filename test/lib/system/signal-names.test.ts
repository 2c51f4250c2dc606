import { constants } from 'node:os'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  allSignalNumbers,
  isRealtime,
  type SignalName,
  signalName,
  signalNumber,
} from '../../../lib/system/signal-names.js'

describe('signalNumber', () => {
  it('knows every name of this system', () => {
    for (const [name, number] of Object.entries(constants.signals)) {
      expect(signalNumber(name as SignalName)).toBe(number)
    }
  })

  it('counts realtime signals from either end', () => {
    expect(signalNumber('SIGRTMIN')).toBe(34)
    expect(signalNumber('SIGRTMIN+3')).toBe(37)
    expect(signalNumber('SIGRTMIN+30')).toBe(64)
    expect(signalNumber('SIGRTMAX')).toBe(64)
    expect(signalNumber('SIGRTMAX-30')).toBe(34)
  })

  it('passes numbers from 1 to 64', () => {
    expect([1, 15, 33, 64].map((number) => signalNumber(number))).toEqual([1, 15, 33, 64])
  })

  it.each([0, -1, 65, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses the number %s',
    (bad) => {
      expect(() => signalNumber(bad)).toThrow(RangeError)
      expect(() => signalNumber(bad)).toThrow(inspect(bad))
    },
  )

  it.each(['SIGRTMIN+31', 'SIGRTMAX-31', 'SIGRTMIN-1', 'SIGRTMAX+1', 'SIGRTMIN+', 'SIGFOO', ''])(
    'refuses the name %j, quoting it',
    (bad) => {
      expect(() => signalNumber(bad as SignalName)).toThrow(RangeError)
      expect(() => signalNumber(bad as SignalName)).toThrow(`'${bad}'`)
    },
  )

  it.each([null, undefined, {}, true, Symbol('SIGTERM')])('refuses %s, which is no name', (bad) => {
    expect(() => signalNumber(bad as unknown as SignalName)).toThrow(TypeError)
    expect(() => signalNumber(bad as unknown as SignalName)).toThrow(inspect(bad))
  })

  it.each(['TERM', 'sigterm', 'term', 'SigTerm'])('suggests SIGTERM to who says %s', (bad) => {
    expect(() => signalNumber(bad as SignalName)).toThrow("did you mean 'SIGTERM'?")
  })

  it('suggests nothing where nothing is near', () => {
    expect(() => signalNumber('SIGFOO' as SignalName)).toThrow(/has no signal 'SIGFOO'$/)
  })

  it('is not taken in by names that every object has', () => {
    expect(() => signalNumber('constructor' as SignalName)).toThrow(RangeError)
    expect(() => signalNumber('__proto__' as SignalName)).toThrow(RangeError)
  })
})

describe('signalName', () => {
  it('prefers the usual one of two names', () => {
    expect(signalName(constants.signals.SIGABRT)).toBe('SIGABRT')
    expect(signalName(constants.signals.SIGIO)).toBe('SIGIO')
  })

  it('names realtime signals from their lower end', () => {
    expect(signalName(34)).toBe('SIGRTMIN')
    expect(signalName(64)).toBe('SIGRTMIN+30')
  })

  it('gives a name that leads back to the number, for every number there is', () => {
    const all = Array.from({ length: 64 }, (_, i) => i + 1)
    expect(all.map((number) => signalNumber(signalName(number)))).toEqual(all)
  })
})

describe('the set of signals', () => {
  it('is realtime from 34 to 64', () => {
    expect([33, 34, 64, 65].map(isRealtime)).toEqual([false, true, true, false])
  })

  it("leaves out the C library's own", () => {
    const all = allSignalNumbers()
    expect(all).toContain(1)
    expect(all).toContain(34)
    expect(all).toContain(64)
    expect(all).not.toContain(32)
    expect(all).not.toContain(33)
    expect(new Set(all).size).toBe(62)
  })
})
