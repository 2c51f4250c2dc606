import { describe, expect, it } from 'vitest'
import { EventQueue } from '../../lib/base/event-queue.js'
import { Fifo } from '../../lib/base/fifo.js'
import { Signals } from '../../lib/index.js'
import { partlyRead } from './queue.js'

function filled(count: number): EventQueue<number> {
  const queue = new EventQueue<number>()
  for (let i = 0; i < count; i += 1) queue.push(i)
  return queue
}

/** Milliseconds until this many values have been read. */
async function timeToRead(count: number): Promise<number> {
  const queue = filled(count)
  queue.close()
  const began = performance.now()
  let expected = 0
  for await (const value of queue) {
    if (value !== expected) throw new Error(`${value} came instead of ${expected}`)
    expected += 1
  }
  expect(expected).toBe(count)
  return performance.now() - began
}

describe('a backlog', () => {
  it('takes ten times as long to read if it is ten times as long', async () => {
    await timeToRead(20_000)
    const short = await timeToRead(40_000)
    expect(await timeToRead(400_000)).toBeLessThan(Math.max(short * 40, 500))
  })

  it('lets timers fire while it is read', async () => {
    const queue = filled(100_000)
    queue.close()
    let fired = 0
    const timer = setInterval(() => {
      fired += 1
    }, 1)
    let firstAt = 0
    let read = 0
    for await (const _ of queue) {
      read += 1
      if (firstAt === 0 && fired > 0) firstAt = read
    }
    clearInterval(timer)
    expect(read).toBe(100_000)
    expect(firstAt).toBeGreaterThan(0)
  })

  it('keeps its order when several values are asked for at once', async () => {
    const queue = filled(1000)
    const order: number[] = []
    const asked = Array.from({ length: 1010 }, () =>
      queue.next().then(({ value }) => order.push(value ?? -1)),
    )
    queue.close()
    await Promise.all(asked)
    expect(order).toEqual([...Array(1000).keys(), ...Array(10).fill(-1)])
  })

  it('is delivered to the end when it is closed during a pause', async () => {
    const { queue } = await partlyRead(65)
    const last = queue.next()
    const end = queue.next()
    queue.close()
    expect(await last).toEqual({ done: false, value: 64 })
    expect(await end).toEqual({ done: true, value: undefined })
  })

  it('counts as wanted only when a consumer waits for what is not there', async () => {
    const { queue, told } = await partlyRead(65)
    const last = queue.next() // waits for the event loop, not for a value
    expect(queue.wanted).toBe(false)
    const further = queue.next()
    expect(queue.wanted).toBe(true)
    queue.push(65)
    expect(told).toEqual(['wanted', 'satisfied'])
    expect((await last).value).toBe(64)
    expect((await further).value).toBe(65)
  })

  it('of signals lets timers fire while it is read', async () => {
    const signals = new Signals(['SIGRTMIN'])
    const COUNT = 20_000
    for (let i = 0; i < COUNT; i += 1) process.kill(process.pid, 34)
    signals.close()
    let fired = false
    let turns = 0
    setImmediate(() => {
      fired = true
    })
    let read = 0
    for await (const _ of signals) {
      read += 1
      if (fired) turns += 1
    }
    expect(read + signals.dropped).toBe(COUNT)
    expect(turns).toBeGreaterThan(read / 2)
  })
})

describe('Fifo', () => {
  it('gives what was put in, in order, however it is used', () => {
    const fifo = new Fifo<number>()
    const array: number[] = []
    for (let i = 0; i < 20_000; i += 1) {
      fifo.push(i)
      array.push(i)
      if (i % 3 !== 0) continue
      expect(fifo.take()).toBe(array.shift())
      expect(fifo.size).toBe(array.length)
    }
    while (array.length > 0) expect(fifo.take()).toBe(array.shift())
    expect(fifo.take()).toBeUndefined()
    expect(fifo.size).toBe(0)
  })
})
