import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REASONS } from '../../../lib/keeper/events.js'
import {
  encodeRequest,
  REFUSALS,
  REPORTS,
  REQUESTS,
  type Report,
  ReportDecoder,
} from '../../../lib/keeper/frames.js'
import { SETTINGS } from '../../../lib/keeper/settings.js'
import { binding } from '../../../lib/system/binding.js'
import { header, listOf } from './lists.js'

describe('The lists of lib/keeper and native/keeper', () => {
  it('are equal', () => {
    const frames = header('frames.h')
    expect(listOf(frames, 'SEXTON_REQUESTS')).toEqual(REQUESTS)
    expect(listOf(frames, 'SEXTON_REPORTS')).toEqual(REPORTS)
    expect(listOf(frames, 'SEXTON_REFUSALS')).toEqual(REFUSALS)
    expect(listOf(frames, 'SEXTON_REASONS')).toEqual(REASONS)
    const words = [...header('settings.h').matchAll(/^ {2}WORD\(\w+, (\w+)\)/gm)]
    expect(words.map(([, name]) => name)).toEqual(SETTINGS)
  })
})

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })

function frame(kind: keyof typeof REPORTS, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt8(REPORTS[kind], 0)
  bytes.writeUInt32LE(payload.length, 4)
  return Buffer.concat([bytes, payload])
}

const words = (...numbers: number[]) => Buffer.from(Uint32Array.from(numbers).buffer)

const record = (pid: number) => {
  const numbers = new Float64Array(binding.waitFields)
  numbers.set([pid, 1, 3])
  return Buffer.from(numbers.buffer)
}

const anyFrame = fc.oneof(
  word.map((pid) => frame('started', words(pid))),
  word.map((reason) => frame('ending', words(reason))),
  fc.tuple(word, word).map((each) => frame('ended', words(...each))),
  fc
    .tuple(word, fc.string({ maxLength: 4 }))
    .map(([pid, name]) =>
      frame('killed', Buffer.concat([words(pid, 0, 82, 1), Buffer.from(name)])),
    ),
  fc.integer({ min: 1, max: 4_194_304 }).map((pid) => frame('exited', record(pid))),
  fc.constant(frame('pong', Buffer.of())),
)

function decodeInPieces(bytes: Buffer, sizes: readonly number[]): Report[] {
  const decoder = new ReportDecoder()
  const reports: Report[] = []
  let at = 0
  for (let i = 0; at < bytes.length; i += 1) {
    const end = at + (sizes[i % sizes.length] as number)
    reports.push(...decoder.decode(bytes.subarray(at, end)))
    at = end
  }
  expect(decoder.isCut).toBe(false)
  return reports
}

describe('The decoder of reports', () => {
  it('gives the same frames for pieces of any size', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 9 }),
        (frames, sizes) => {
          const bytes = Buffer.concat(frames)
          const whole = new ReportDecoder().decode(bytes)
          expect(whole.length).toBe(frames.length)
          expect(decodeInPieces(bytes, sizes)).toEqual(whole)
        },
      ),
    )
  })

  it('refuses every other stream by a RangeError, or waits for more', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 3 }), fc.uint8Array(), (frames, garbage) => {
        const bytes = Buffer.concat([...frames, garbage])
        try {
          new ReportDecoder().decode(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
  })

  it('keeps no more than one frame', () => {
    const decoder = new ReportDecoder()
    const [kind, length] = [REPORTS.killed, 2 ** 31]
    const bytes = Buffer.alloc(8)
    bytes.writeUInt8(kind, 0)
    bytes.writeUInt32LE(length, 4)
    expect(() => decoder.decode(bytes)).toThrow(RangeError)
  })

  it('knows a name that is no UTF-8, and a process without a state', () => {
    const bytes = frame('left', Buffer.concat([words(7, 1, 0, 5), Buffer.of(0xff, 0x41)]))
    const process = { pid: 7, ppid: 5, name: '\ufffdA', command: [], state: '', errno: 1 }
    expect(new ReportDecoder().decode(bytes)).toEqual([{ kind: 'left', process }])
  })

  it('knows the words of a command', () => {
    const text = Buffer.from('sh\0/bin/sh\0-c\0sleep 1000\0')
    const [report] = new ReportDecoder().decode(
      frame('asked', Buffer.concat([words(7, 0, 84, 5), text])),
    )
    const command = ['/bin/sh', '-c', 'sleep 1000']
    expect(report).toMatchObject({ kind: 'asked', process: { name: 'sh', command, state: 'T' } })
  })
})

it('encodes a request', () => {
  const bytes = encodeRequest('keep', 7, 2 ** 32 - 1, 1)
  expect([...bytes]).toEqual([3, 0, 0, 0, 12, 0, 0, 0, 7, 0, 0, 0, 255, 255, 255, 255, 1, 0, 0, 0])
})
