import { describe, expect, it } from 'vitest'
import { receptionOf, type SignalLook } from '../../../../lib/cli/doctor/reception.js'

const TERM = 15
const SET = 1n << 14n

const look = (
  { blocked = 0n, ignored = 0n, caught = 0n },
  rest: Partial<SignalLook> = {},
): SignalLook => ({
  status: { tracer: 0, innerPid: 1, seccomp: 0, blocked, ignored, caught },
  blocked: [blocked],
  main: { for: 'other' },
  others: [],
  signalfds: 0n,
  ...rest,
})
const waits = (set: bigint | undefined) => ({ for: 'signals', set }) as const

describe('receptionOf', () => {
  it.each<[string, SignalLook, string]>([
    ['a handler', look({ caught: SET }), 'handled'],
    ['an ignored signal', look({ ignored: SET }), 'ignored'],
    ['no disposition', look({}), 'default'],
    ['a signal that every thread blocks', look({ blocked: SET }), 'blocked'],
    ['a handler of a blocked signal', look({ blocked: SET, caught: SET }), 'blocked'],
    [
      'a handler that one thread lets through',
      look({ blocked: SET, caught: SET }, { blocked: [SET, 0n] }),
      'handled',
    ],
    [
      'the default in a thread that lets it through',
      look({ blocked: SET }, { blocked: [SET, 0n] }),
      'default',
    ],
    ['a wait of the main thread, which clears the mask', look({}, { main: waits(SET) }), 'awaited'],
    ['a wait for an ignored signal', look({ ignored: SET }, { main: waits(SET) }), 'awaited'],
    ['a wait for other signals', look({}, { main: waits(1n) }), 'default'],
    ['a wait for signals that are not known', look({}, { main: waits(undefined) }), 'unknown'],
    [
      'a blocked signal, and a wait for signals that are not known',
      look({ blocked: SET }, { main: waits(undefined) }),
      'blocked', // a wait for it would have cleared the mask
    ],
    ['a process that may not be traced', look({}, { main: { for: 'unknown' } }), 'unknown'],
    ['a signalfd', look({ blocked: SET }, { signalfds: SET }), 'awaited'],
    ['a signalfd for others', look({ blocked: SET }, { signalfds: 1n }), 'blocked'],
    ['a signalfd for what is not blocked', look({}, { signalfds: SET }), 'default'],
    [
      "another thread's wait, while the main thread blocks it",
      look({ blocked: SET }, { blocked: [SET, 0n], others: [waits(SET)] }),
      'awaited',
    ],
    [
      "another thread's wait for what the main thread does not block",
      look({}, { others: [waits(SET)] }),
      'default',
    ],
  ])('knows %s', (_, seen, reception) => {
    expect(receptionOf(TERM, seen)).toBe(reception)
  })
})
