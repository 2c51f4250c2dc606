import { describe, expect, it } from 'vitest'
import {
  decodeHoldReport,
  encodeHoldRequest,
  HOLD_REPORTS,
  HOLD_REQUESTS,
  SLOTS,
} from '../../../lib/keeper/hold-frames.js'
import { HOLD_SETTINGS } from '../../../lib/keeper/hold-settings.js'
import { header, listOf } from './lists.js'

describe('The lists of a container', () => {
  it('are those of the native keeper', () => {
    const frames = header('hold_frames.h')
    expect(listOf(frames, 'SEXTON_HOLD_REQUESTS')).toEqual(HOLD_REQUESTS)
    expect(listOf(frames, 'SEXTON_HOLD_REPORTS')).toEqual(HOLD_REPORTS)
    expect(listOf(frames, 'SEXTON_SLOTS')).toEqual(SLOTS)
    const words = [...header('hold_settings.h').matchAll(/^ {2}WORD\(\w+, (\w+)\)/gm)]
    expect(words.map(([, name]) => name)).toEqual(HOLD_SETTINGS)
  })
})

const message = (kind: number, ...words: number[]) =>
  Buffer.from(Uint32Array.of(kind, ...words).buffer)

describe('A message of the keeper', () => {
  it('names its descriptors', () => {
    const held = message(HOLD_REPORTS.held, 77, 1, (1 << SLOTS.notes) | (1 << SLOTS.stdout))
    const report = { kind: 'held', keeper: 77, progress: 1, fds: { notes: 8, stdout: 9 } }
    expect(decodeHoldReport(held, [8, 9])).toEqual(report)
    expect(() => decodeHoldReport(held, [8])).toThrow(RangeError)
  })

  it('is refused if it is another', () => {
    expect(() => decodeHoldReport(message(99), [])).toThrow(RangeError)
    expect(() => decodeHoldReport(message(HOLD_REPORTS.started), [])).toThrow(RangeError)
    expect(() => decodeHoldReport(Buffer.of(), [])).toThrow(RangeError)
  })
})

it('A request has a kind, and a word if it needs one', () => {
  expect([...encodeHoldRequest('finish')]).toEqual([6, 0, 0, 0])
  expect([...encodeHoldRequest('signal', 9)]).toEqual([3, 0, 0, 0, 9, 0, 0, 0])
})
