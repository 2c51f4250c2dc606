import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { reapUntil, Signals, shutdown, spawn, waitForExit, Zombies } from '../../lib/index.js'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./listeners.program.js')>(
  './listeners.program.ts',
  import.meta.url,
)

const listening = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

describe('an AbortSignal', () => {
  it('has one listener, however many use it, and none after them', async () => {
    const { signal } = new AbortController()
    const children = Array.from({ length: 40 }, () => spawn('cat', [], { signal }))
    const waits = children.map(({ pid }) => waitForExit(pid, { signal }))
    const iterators = Array.from({ length: 20 }, () => [
      new Signals(['SIGUSR2'], { signal }),
      new Zombies({ signal }),
    ]).flat()
    expect(listening(signal)).toBe(1)
    for (const iterator of iterators) iterator.close()
    for (const { stdin } of children) stdin?.end()
    for (const status of await Promise.all(waits)) expect(status.success).toBe(true)
    expect(listening(signal)).toBe(0)
  })

  it('reaches all of them', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const children = Array.from({ length: 40 }, () => spawn('cat', [], { signal }))
    const waits = children.map(({ pid }) => waitForExit(pid, { signal }))
    const reaps = children.map(({ pid }) => reapUntil(pid, { signal }))
    const iterators = [new Signals(['SIGUSR2'], { signal }), new Zombies({ signal })]
    const nexts = iterators.map((iterator) => iterator.next())
    controller.abort(new Error('enough'))
    for (const result of await Promise.allSettled([...waits, ...reaps])) {
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'enough' } })
    }
    for (const next of nexts) expect(await next).toMatchObject({ done: true })
    for (const { exited } of children) expect((await exited).signal).toBe('SIGTERM')
    expect(children.map((child) => child.terminationReason)).toEqual(Array(40).fill('abort'))
  })

  it('may be used again after its first users have gone', async () => {
    const controller = new AbortController()
    for (let i = 0; i < 3; i += 1) {
      const zombies = new Zombies({ signal: controller.signal })
      zombies.close()
    }
    const last = new Zombies({ signal: controller.signal })
    const next = last.next()
    controller.abort()
    expect(await next).toMatchObject({ done: true })
  })

  it('that is aborted already closes at once', async () => {
    const zombies = new Zombies({ signal: AbortSignal.abort() })
    expect(await zombies.next()).toMatchObject({ done: true })
  })
})

describe('shutdown()', () => {
  it('has one listener for each signal, and none after the last', () => {
    const before = process.listenerCount('SIGTERM')
    const all = Array.from({ length: 20 }, () => shutdown(() => {}))
    expect(process.listenerCount('SIGTERM')).toBe(before + 1)
    for (const one of all.slice(1)) one[Symbol.dispose]()
    expect(process.listenerCount('SIGTERM')).toBe(before + 1)
    all[0]?.[Symbol.dispose]()
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })
})

describe('many users of one thing', () => {
  it('make Node warn of no leak', async () => {
    expect(await programs.evaluate('haveManyUsers', [])).toEqual([])
  })
})
