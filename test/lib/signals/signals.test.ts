import { describe, expect, it } from 'vitest'
import { type SignalName, Signals } from '../../../lib/index.js'
import { evaluate } from '../../program.js'

const prologue = `
  import { execFileSync, spawnSync } from 'node:child_process'
  import { once } from 'node:events'
  import { Worker } from 'node:worker_threads'
  import { Signals } from 'sexton'
  const say = (value) => console.log(JSON.stringify(value))
  const python = (file, ...args) =>
    execFileSync('python3', ['test/fixtures/' + file, process.pid, ...args], { encoding: 'utf8' })
  const take = async (signals, count) => {
    const taken = []
    while (taken.length < count) taken.push((await signals.next()).value)
    return taken
  }
`
const inProgram = <T>(source: string) => evaluate<T>(prologue + source)

describe('a signal', () => {
  it('comes with its name, its number, and who sent it', async () => {
    const result = await inProgram(`
      const signals = new Signals(['SIGUSR2'])
      process.kill(process.pid, 'SIGUSR2')
      const { value: own } = await signals.next()
      const { pid, status } = spawnSync('sh', ['-c', 'kill -USR2 ' + process.pid + '; exit 0'])
      const { value: other } = await signals.next()
      say([own.name, own.number, own.origin.pid === process.pid, own.origin.uid, own.origin.code,
        other.origin.pid === pid, other.origin.code])`)
    expect(result).toEqual(['SIGUSR2', 12, true, 0, 'SI_USER', true, 'SI_USER'])
  })

  it("comes with its sender's user, and how it was sent", async () => {
    const result = await inProgram(`
      const signals = new Signals(['SIGTERM', 'SIGRTMIN+3'])
      python('sigqueue.py', 37)
      const [queued] = await take(signals, 1)
      const chld = new Signals(['SIGCHLD'])
      const { pid } = spawnSync('sh', ['-c', 'exit 3'])
      const [child] = await take(chld, 1)
      say([queued.name, queued.origin.code, queued.origin.uid, child.origin.code,
        child.origin.pid === pid])`)
    expect(result).toEqual(['SIGRTMIN+3', 'SI_QUEUE', 0, 'CLD_EXITED', true])
  })

  it('may be asked for by number', async () => {
    const result = await inProgram(`
      const signals = new Signals([10, 40, 40])
      process.kill(process.pid, 10)
      process.kill(process.pid, 40)
      say((await take(signals, 2)).map(({ name, number }) => [name, number]).sort())`)
    expect(result).toEqual([
      ['SIGRTMIN+6', 40],
      ['SIGUSR1', 10],
    ])
  })
})

describe('several iterators', () => {
  it('over overlapping sets each get every signal of theirs', async () => {
    const result = await inProgram(`
      const a = new Signals(['SIGUSR1', 'SIGUSR2'])
      const b = new Signals(['SIGUSR2', 'SIGHUP'])
      const names = async (signals, count) => (await take(signals, count)).map(({ name }) => name)
      const both = [names(a, 2), names(b, 2)]
      for (const name of ['SIGUSR1', 'SIGUSR2', 'SIGHUP']) {
        process.kill(process.pid, name)
        await new Promise(setImmediate)
      }
      say((await Promise.all(both)).map((names) => names.sort()))`)
    expect(result).toEqual([
      ['SIGUSR1', 'SIGUSR2'],
      ['SIGHUP', 'SIGUSR2'],
    ])
  })

  it('are independent: one that closes takes nothing from the other', async () => {
    const result = await inProgram(`
      const [a, b] = [new Signals(['SIGUSR2']), new Signals(['SIGUSR2'])]
      a.close()
      process.kill(process.pid, 'SIGUSR2')
      say([(await a.next()).done, (await b.next()).value.name])`)
    expect(result).toEqual([true, 'SIGUSR2'])
  })

  it('go on beside process.on(), whichever came first', async () => {
    const result = await inProgram(`
      let heard = 0
      const busy = setInterval(() => {}, 1000) // listeners alone keep no process alive
      process.on('SIGUSR1', () => { heard += 1 })
      const signals = new Signals(['SIGUSR1', 'SIGUSR2'])
      process.on('SIGUSR2', () => { heard += 1 })
      const listeners = Promise.all([once(process, 'SIGUSR1'), once(process, 'SIGUSR2')])
      process.kill(process.pid, 'SIGUSR1')
      process.kill(process.pid, 'SIGUSR2')
      await listeners
      const names = (await take(signals, 2)).map(({ name }) => name).sort()
      signals.close()
      const again = once(process, 'SIGUSR2')
      process.kill(process.pid, 'SIGUSR2')
      await again
      clearInterval(busy)
      say([names, heard])`)
    expect(result).toEqual([['SIGUSR1', 'SIGUSR2'], 3])
  })

  it('work in workers, beside the main thread', async () => {
    const result = await inProgram(`
      const source = \`
        import { parentPort, workerData } from 'node:worker_threads'
        const { Signals } = await import(workerData)
        const signals = new Signals(['SIGUSR2'])
        parentPort.postMessage('ready')
        const { value } = await signals.next()
        signals.close()
        parentPort.postMessage([value.name, value.origin.pid])\`
      const url = new URL('data:text/javascript,' + encodeURIComponent(source))
      const start = () => new Worker(url, { workerData: import.meta.resolve('sexton') })
      const workers = [start(), start(), start()]
      await Promise.all(workers.map((worker) => once(worker, 'message')))
      const signals = new Signals(['SIGUSR2'])
      const told = Promise.all(workers.map((worker) => once(worker, 'message')))
      process.kill(process.pid, 'SIGUSR2')
      const own = (await signals.next()).value
      const seen = [[own.name, own.origin.pid], ...(await told).map(([value]) => value)]
      say(seen.map(([name, pid]) => name + (pid === process.pid)))`)
    expect(result).toEqual(Array(4).fill('SIGUSR2true'))
  })
})

describe('a burst', () => {
  // Whole, but not quite in order: two threads may have one each in their hands.
  it('of a realtime signal arrives complete: 1000 by 10 senders', async () => {
    const result = await inProgram(`
      const signals = new Signals(['SIGRTMIN+3'])
      const senders = python('burst.py', 37, 10, 100).trim().split('\\n').map(Number)
      const pids = (await take(signals, 1000)).map(({ origin }) => origin.pid)
      const counts = senders.map((sender) => pids.filter((pid) => pid === sender).length)
      say([counts, signals.dropped])`)
    expect(result).toEqual([new Array(10).fill(100), 0])
  })

  it('of a standard signal coalesces: the first is kept, and a later one comes again', async () => {
    const result = await inProgram(`
      const signals = new Signals(['SIGUSR2', 'SIGRTMIN'])
      const senders = python('burst.py', 12, 5, 20).trim().split('\\n').map(Number)
      process.kill(process.pid, 34)
      const [first, mark] = await take(signals, 2)
      process.kill(process.pid, 'SIGUSR2')
      const [again] = await take(signals, 1)
      say([first.origin.pid === senders[0], mark.name, again.origin.pid === process.pid])`)
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
