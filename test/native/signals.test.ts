import { once } from 'node:events'
import { constants } from 'node:os'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { binding } from '../../lib/system/binding.js'
import { eventually } from '../eventually.js'
import { run } from '../program.js'
import { has } from './raw.js'

const { SIGHUP, SIGKILL, SIGPIPE, SIGUSR2, SIGWINCH } = constants.signals
const REALTIME = (binding.realtimeMin ?? 0) + 5
const SI_USER = 0

let records: number[][] = []

/** What a record of a signal from this very process is. */
const own = (signal: number) => [signal, SI_USER, process.pid, process.getuid?.(), 1]

function kill(signal: number, times = 1): void {
  for (let i = 0; i < times; i += 1) expect(binding.kill(process.pid, signal)).toBe(0)
}

describe('The signal source', () => {
  beforeAll(() => {
    const { signalBatch, signalFields } = binding
    const room = new Float64Array(signalBatch * signalFields)
    const drain = () => {
      const count = binding.drainSignals(room)
      for (let at = 0; at < count * signalFields; at += signalFields) {
        records.push([...room.subarray(at, at + signalFields)])
      }
    }
    expect(binding.openSignals(drain)).toBe(0)
  })

  beforeEach(() => {
    records = []
  })

  it('tells number, code, pid and user of the sender, and threads told', async () => {
    binding.subscribeSignal(SIGUSR2)
    kill(SIGUSR2)
    await eventually(() => expect(records).toEqual([own(SIGUSR2)]))
    const outcome = await run(['sh', '-c', `echo $$; kill -USR2 ${process.pid}`])
    const sender = Number(outcome.stdout)
    await eventually(() =>
      expect(records[1]).toEqual([SIGUSR2, SI_USER, sender, process.getuid?.(), 1]),
    )
    binding.unsubscribeSignal(SIGUSR2)
  })

  it('tells of each realtime signal, in order, however many', async () => {
    binding.subscribeSignal(REALTIME)
    binding.subscribeSignal(REALTIME + 1)
    for (let i = 0; i < 500; i += 1) kill(REALTIME + (i % 2))
    await eventually(() => expect(records).toHaveLength(500))
    expect(records.every(([signal], i) => signal === REALTIME + (i % 2))).toBe(true)
    binding.unsubscribeSignal(REALTIME)
    binding.unsubscribeSignal(REALTIME + 1)
  })

  it('counts what it has dropped when its pipe was full', async () => {
    const SENT = 80_000
    const before = binding.droppedSignals()
    binding.subscribeSignal(SIGUSR2)
    // To oneself a signal is delivered before kill() returns: none coalesces.
    kill(SIGUSR2, SENT)
    const dropped = binding.droppedSignals() - before
    expect(dropped).toBeGreaterThan(0)
    await eventually(() => expect(records.length + dropped).toBe(SENT))
    expect(records.every(([signal]) => signal === SIGUSR2)).toBe(true)
    kill(SIGUSR2)
    await eventually(() => expect(records.length + dropped).toBe(SENT + 1))
    binding.unsubscribeSignal(SIGUSR2)
  })

  it('catches from subscription on, and brings back what was before', () => {
    for (const signal of [SIGWINCH, REALTIME]) {
      expect(has('SigCgt', signal)).toBe(false)
      expect(binding.subscribeSignal(signal)).toBe(0)
      expect(has('SigCgt', signal)).toBe(true)
      binding.unsubscribeSignal(signal)
      expect(has('SigCgt', signal)).toBe(false)
      expect(has('SigIgn', signal)).toBe(false)
    }
  })

  it('leaves on what was ignored a handler that does nothing', async () => {
    expect(has('SigIgn', SIGPIPE)).toBe(true)
    for (let i = 0; i < 2; i += 1) {
      binding.subscribeSignal(SIGPIPE)
      kill(SIGPIPE)
      await eventually(() => expect(records).toEqual([own(SIGPIPE)]))
      binding.unsubscribeSignal(SIGPIPE)
      kill(SIGPIPE)
      expect(has('SigCgt', SIGPIPE)).toBe(true)
      expect(records).toHaveLength(1)
      records = []
    }
  })

  it('leaves the listeners of Node what is theirs, whichever was there first', async () => {
    for (const subscribeFirst of [true, false]) {
      records = []
      if (subscribeFirst) binding.subscribeSignal(SIGHUP)
      const heard = once(process, 'SIGHUP')
      if (!subscribeFirst) binding.subscribeSignal(SIGHUP)
      kill(SIGHUP)
      expect(await heard).toEqual(['SIGHUP', SIGHUP])
      await eventually(() => expect(records).toEqual([own(SIGHUP)]))
      binding.unsubscribeSignal(SIGHUP)
    }
    expect(has('SigCgt', SIGHUP)).toBe(false)
  })

  it('refuses what cannot be caught, and forgets what it never had', () => {
    expect(binding.subscribeSignal(SIGKILL)).toBe(-constants.errno.EINVAL)
    expect(() => binding.unsubscribeSignal(SIGKILL)).not.toThrow()
    expect(() => binding.unsubscribeSignal(SIGUSR2)).not.toThrow()
    expect(has('SigCgt', SIGUSR2)).toBe(false)
  })
})
