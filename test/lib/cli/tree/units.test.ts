import { describe, expect, it } from 'vitest'
import { formatAge, formatMemory, formatPercent } from '../../../../lib/cli/tree/units.js'

const DAY = 86_400

describe('formatAge', () => {
  it.each([
    [0, '0s'],
    [59.99, '59s'],
    [60, '1m00s'],
    [3599, '59m59s'],
    [3600, '1h00m'],
    [DAY - 1, '23h59m'],
    [DAY, '1d00h'],
    [100 * DAY - 1, '99d23h'],
    [100 * DAY, '100d'],
    [12_345 * DAY, '12345d'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatAge(seconds)).toBe(text)
  })
})

describe('formatMemory', () => {
  it.each([
    [0, '0K'],
    [4096, '4K'],
    [1023 * 1024, '1023K'],
    [1024 ** 2 - 1, '1.0M'],
    [12.34 * 1024 ** 2, '12.3M'],
    [99.97 * 1024 ** 2, '100M'],
    [1.5 * 1024 ** 3, '1.5G'],
    [3 * 1024 ** 4, '3.0T'],
    [5000 * 1024 ** 4, '5000T'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatMemory(bytes)).toBe(text)
  })
})

describe('formatPercent', () => {
  it.each([
    [0, '0.0'],
    [99.94, '99.9'],
    [99.96, '100'],
    [1599.6, '1600'],
  ])('writes %d as %s', (percent, text) => {
    expect(formatPercent(percent)).toBe(text)
  })
})
