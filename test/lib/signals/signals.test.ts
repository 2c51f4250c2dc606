import { describe, expect, it } from 'vitest'
import { type SignalName, Signals } from '../../../lib/index.js'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./signals.program.js')>(
  './signals.program.ts',
  import.meta.url,
)

describe('a signal', () => {
  const uid = process.getuid?.()

  it('comes with its name, its number, and who sent it', async () => {
    const result = await programs.evaluate('tellsSenders', [])
    expect(result).toEqual(['SIGUSR2', 12, true, uid, 'SI_USER', true, 'SI_USER'])
  })

  it("comes with its sender's user, and how it was sent", async () => {
    const result = await programs.evaluate('tellsUsers', [])
    expect(result).toEqual(['SIGRTMIN+3', 'SI_QUEUE', uid, 'CLD_EXITED', true])
  })

  it('may be asked for by number', async () => {
    const result = await programs.evaluate('listensByNumber', [])
    expect(result).toEqual([
      ['SIGRTMIN+6', 40],
      ['SIGUSR1', 10],
    ])
  })
})

describe('several iterators', () => {
  it('over overlapping sets each get every signal of theirs', async () => {
    const result = await programs.evaluate('overlap', [])
    expect(result).toEqual([
      ['SIGUSR1', 'SIGUSR2'],
      ['SIGHUP', 'SIGUSR2'],
    ])
  })

  it('are independent: one that closes takes nothing from the other', async () => {
    const result = await programs.evaluate('closeOneOfTwo', [])
    expect(result).toEqual([true, 'SIGUSR2'])
  })

  it('go on beside process.on(), whichever came first', async () => {
    const result = await programs.evaluate('listenBesideNode', [])
    expect(result).toEqual([['SIGUSR1', 'SIGUSR2'], 3])
  })

  it('work in workers, beside the main thread', async () => {
    const result = await programs.evaluate('listenInWorkers', [])
    expect(result).toEqual(Array(4).fill('SIGUSR2true'))
  })
})

describe('a burst', () => {
  // Whole, but not quite in order: two threads may have one each in their hands.
  it('of a realtime signal arrives complete: 1000 by 10 senders', async () => {
    const result = await programs.evaluate('countRealtimeBurst', [])
    expect(result).toEqual([new Array(10).fill(100), 0])
  })

  it('coalesces a standard signal: keeps the first, and a later one', async () => {
    const result = await programs.evaluate('coalesceStandardBurst', [])
    expect(result).toEqual([true, 'SIGRTMIN', true])
  })
})

describe('a set', () => {
  it.each<[unknown, typeof Error, string]>([
    [['SIGKILL'], RangeError, 'SIGKILL cannot be caught'],
    [['SIGTERM', 'SIGSTOP'], RangeError, 'SIGSTOP'],
    [[9], RangeError, 'SIGKILL'],
    [['SIGSEGV'], RangeError, 'SIGSEGV'],
    [['SIGBUS'], RangeError, 'SIGBUS'],
    [['SIGFPE'], RangeError, 'SIGFPE'],
    [['SIGILL'], RangeError, 'SIGILL'],
    [[32], RangeError, '32'],
    [['SIGFOO'], RangeError, 'SIGFOO'],
    [['TERM'], RangeError, "did you mean 'SIGTERM'"],
    [[0], RangeError, '0'],
    [[], RangeError, 'at least one'],
    ['SIGTERM', TypeError, "'SIGTERM'"],
    [undefined, TypeError, 'undefined'],
    [[null], TypeError, 'null'],
  ])('%j is refused', (signals, kind, message) => {
    expect(() => new Signals(signals as SignalName[])).toThrow(kind)
    expect(() => new Signals(signals as SignalName[])).toThrow(message)
  })
})
