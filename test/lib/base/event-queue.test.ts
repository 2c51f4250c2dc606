import { describe, expect, it, vi } from 'vitest'
import { EventQueue } from '../../../lib/base/event-queue.js'

describe('EventQueue', () => {
  it('delivers what was pushed before anyone asked, in order', async () => {
    const queue = new EventQueue<number>()
    queue.push(1)
    queue.push(2)
    expect(await queue.next()).toEqual({ done: false, value: 1 })
    expect(await queue.next()).toEqual({ done: false, value: 2 })
  })

  it('answers several waiting consumers in the order in which they asked', async () => {
    const queue = new EventQueue<number>()
    const asked = [queue.next(), queue.next()]
    queue.push(1)
    queue.push(2)
    expect((await Promise.all(asked)).map(({ value }) => value)).toEqual([1, 2])
  })

  it('delivers what is queued after close(), then ends', async () => {
    const queue = new EventQueue<number>()
    queue.push(1)
    queue.close()
    queue.push(2)
    expect(await queue.next()).toEqual({ done: false, value: 1 })
    expect(await queue.next()).toEqual({ done: true, value: undefined })
  })

  it('ends waiting consumers on close()', async () => {
    const queue = new EventQueue<number>()
    const waiting = queue.next()
    queue.close()
    expect(await waiting).toEqual({ done: true, value: undefined })
  })

  it('is closed by leaving the loop, and forgets what was queued', async () => {
    const onClosed = vi.fn()
    const queue = new EventQueue<number>({ onClosed })
    queue.push(1)
    queue.push(2)
    for await (const value of queue) {
      expect(value).toBe(1)
      break
    }
    expect(onClosed).toHaveBeenCalledOnce()
    expect(await queue.next()).toEqual({ done: true, value: undefined })
  })

  it('tells when it is wanted and when it is not, in pairs', async () => {
    const told: string[] = []
    const queue = new EventQueue<number>({
      onWanted: () => {
        told.push('wanted')
        return () => told.push('satisfied')
      },
      onClosed: () => told.push('closed'),
    })
    const first = queue.next()
    const second = queue.next()
    queue.push(1)
    expect(told).toEqual(['wanted'])
    queue.push(2)
    await Promise.all([first, second])
    void queue.next()
    queue.close()
    queue.close()
    expect(told).toEqual(['wanted', 'satisfied', 'wanted', 'satisfied', 'closed'])
  })
})
