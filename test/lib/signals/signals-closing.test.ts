import { describe, expect, it } from 'vitest'
import { evaluate, run } from '../../program.js'
import { Dialogue } from '../dialogue.js'

const prologue = `
  import { getEventListeners } from 'node:events'
  import { readFileSync } from 'node:fs'
  import { Signals } from 'sexton'
  const say = (value) => console.log(JSON.stringify(value))
  const mask = (field) => BigInt('0x' + new RegExp(field + ':\\\\s*(\\\\w+)').exec(
    readFileSync('/proc/self/status', 'latin1'))[1])
  const disposition = (number) => {
    const bit = 1n << BigInt(number - 1)
    return mask('SigIgn') & bit ? 'ignored' : mask('SigCgt') & bit ? 'caught' : 'default'
  }
`
const inProgram = <T>(source: string) => evaluate<T>(prologue + source)

describe('closing the last iterator', () => {
  it.each([
    ['SIGTERM', 15, 'caught'], // by Node, to put the terminal right before it dies
    ['SIGHUP', 1, 'default'],
    ['SIGCHLD', 17, 'default'],
    ['SIGRTMIN+5', 39, 'default'],
  ])('of %s restores what was before', async (name, number, before) => {
    const result = await inProgram(`
      const seen = [disposition(${number})]
      const [a, b] = [new Signals(['${name}']), new Signals(['${name}', 'SIGUSR2'])]
      seen.push(disposition(${number}))
      a.close()
      seen.push(disposition(${number}))
      b.close()
      seen.push(disposition(${number}))
      const c = new Signals(['${name}'])
      seen.push(disposition(${number}))
      await c.return()
      seen.push(disposition(${number}))
      say(seen)`)
    expect(result).toEqual([before, 'caught', 'caught', before, 'caught', before])
  })

  it('makes SIGTERM deadly again', async () => {
    const outcome = await run([
      process.execPath,
      '--input-type=module',
      '-e',
      `
      import { Signals } from 'sexton'
      const signals = new Signals(['SIGTERM'])
      process.kill(process.pid, 'SIGTERM')
      for await (const { name } of signals) { console.log(name); break }
      process.kill(process.pid, 'SIGTERM')
      setInterval(() => {}, 1000)
      `,
    ])
    expect(outcome).toMatchObject({ stdout: 'SIGTERM\n', signal: 'SIGTERM' })
  })

  it('leaves a listener of process.on() in place', async () => {
    const result = await inProgram(`
      process.on('SIGHUP', () => {})
      const signals = new Signals(['SIGHUP'])
      signals.close()
      const kept = disposition(1)
      process.removeAllListeners('SIGHUP')
      await new Promise(setImmediate)
      say([kept, disposition(1)])`)
    expect(result).toEqual(['caught', 'default'])
  })

  it('leaves in place a listener that came while it was open', async () => {
    const result = await inProgram(`
      const signals = new Signals(['SIGHUP'])
      const busy = setInterval(() => {}, 1000) // a listener alone keeps no process alive
      const heard = new Promise((resolve) => process.once('SIGHUP', resolve))
      signals.close()
      process.kill(process.pid, 'SIGHUP')
      const name = await heard
      clearInterval(busy)
      await new Promise(setImmediate)
      say([name, disposition(1)])`)
    expect(result).toEqual(['SIGHUP', 'default'])
  })

  it('a thousand times leaves no descriptor behind', async () => {
    const result = await inProgram(`
      const { readdirSync } = await import('node:fs')
      const count = () => readdirSync('/proc/self/fd').length
      new Signals(['SIGUSR2']).close()
      const before = count()
      for (let i = 0; i < 1000; i += 1) new Signals(['SIGUSR2', 'SIGHUP', 'SIGRTMIN']).close()
      say([count() - before, disposition(12), disposition(1), disposition(34)])`)
    expect(result).toEqual([0, 'default', 'default', 'default'])
  })
})

describe('an iterator', () => {
  it('that is closed still delivers what has arrived, then ends', async () => {
    const result = await inProgram(`
      const signals = new Signals(['SIGRTMIN', 'SIGUSR2'])
      const other = new Signals(['SIGUSR2'])
      for (let i = 0; i < 3; i += 1) process.kill(process.pid, 34)
      process.kill(process.pid, 'SIGUSR2')
      await other.next()
      signals.close()
      const names = []
      for await (const { name } of signals) names.push(name)
      say([names.filter((name) => name === 'SIGRTMIN').length, (await signals.next()).done])`)
    expect(result).toEqual([3, true])
  })

  it('that is left by return() ends at once, also for who waits', async () => {
    const result = await inProgram(
      `
      const signals = new Signals(['SIGUSR2'])
      const waiting = signals.next()
      const returned = await signals.return()
      const scoped = new Signals(['SIGUSR2'])
      await scoped[Symbol.asyncDispose]()
      say([returned.done, (await waiting).done, (await scoped.next()).done])`.replace(
        'await using',
        'const',
      ),
    )
    expect(result).toEqual([true, true, true])
  })

  it('ends by an AbortSignal, without an error and without a listener left', async () => {
    const result = await inProgram(`
      const controller = new AbortController()
      const { signal } = controller
      const listeners = () => getEventListeners(signal, 'abort').length
      new Signals(['SIGHUP'], { signal }).close()
      const seen = [listeners()]
      const signals = new Signals(['SIGHUP'], { signal })
      seen.push(listeners())
      setTimeout(() => controller.abort(), 10)
      for await (const _ of signals) throw new Error('none was sent')
      const late = new Signals(['SIGHUP'], { signal })
      seen.push(listeners(), (await late.next()).done, disposition(1))
      say(seen)`)
    expect(result).toEqual([0, 1, 0, true, 'default'])
  })

  it('keeps the process alive while someone waits, and not otherwise', async () => {
    await using program = Dialogue.withNode(`
      import { Signals } from 'sexton'
      const signals = new Signals(['SIGUSR2'])
      console.log('open')
      const { value } = await signals.next()
      console.log(value.name)
    `)
    expect(await program.line()).toBe('open')
    program.kill('SIGUSR2')
    expect(await program.line()).toBe('SIGUSR2')
    expect(await program.end()).toBe(0)
  })

  it('in a worker that ends gives back what it held', async () => {
    const result = await inProgram(`
      const { once } = await import('node:events')
      const { Worker } = await import('node:worker_threads')
      const source = \`
        import { parentPort, workerData } from 'node:worker_threads'
        const { Signals } = await import(workerData)
        const signals = new Signals(['SIGHUP', 'SIGRTMIN', 'SIGPIPE'])
        parentPort.postMessage('open')
        await signals.next()\`
      const url = new URL('data:text/javascript,' + encodeURIComponent(source))
      const worker = new Worker(url, { workerData: import.meta.resolve('sexton') })
      await once(worker, 'message')
      const seen = [1, 34, 13].map(disposition)
      await worker.terminate()
      say([seen, [1, 34, 13].map(disposition)])`)
    expect(result).toEqual([
      ['caught', 'caught', 'caught'],
      ['default', 'default', 'caught'], // by a handler that does nothing, as it was ignored
    ])
  })
})
