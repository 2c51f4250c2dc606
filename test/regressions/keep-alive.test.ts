import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EventQueue } from '../../lib/base/event-queue.js'
import { hold } from '../../lib/base/process-life.js'
import { asPid1, evaluate } from '../program.js'

describe('A hold', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is given back once, and not another one in its place', () => {
    const first = hold()
    const second = hold()
    first()
    first()
    expect(vi.getTimerCount()).toBe(1)
    second()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('EventQueue', () => {
  it('tells nothing if its backlog is dropped while a consumer waits', async () => {
    const told: string[] = []
    const queue = new EventQueue<number>({
      onWanted: () => {
        told.push('wanted')
        return () => told.push('satisfied')
      },
    })
    for (let i = 0; i < 100; i += 1) queue.push(i)
    for (let i = 0; i < 64; i += 1) await queue.next()
    const next = queue.next()
    await queue.return()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(told).toEqual([])
  })

  it('gives a waiting consumer’s hold back if closed during a pause', async () => {
    const told: string[] = []
    const queue = new EventQueue<number>({
      onWanted: () => {
        told.push('wanted')
        return () => told.push('satisfied')
      },
    })
    for (let i = 0; i < 65; i += 1) queue.push(i)
    for (let i = 0; i < 64; i += 1) await queue.next()
    const waiting = [queue.next(), queue.next()]
    expect(told).toEqual(['wanted'])
    await queue.return()
    expect((await Promise.all(waiting)).map(({ done }) => done)).toEqual([true, true])
    expect(told).toEqual(['wanted', 'satisfied'])
  })
})

describe('A wait after a backlog was left', () => {
  it('of Signals keeps the process alive', async () => {
    const result = await evaluate(`
      import { Signals, spawn } from 'sexton'
      const signals = new Signals(['SIGRTMIN+1'])
      for (let i = 0; i < 300; i++) process.kill(process.pid, 35)
      new Signals(['SIGUSR2']).close() // drains what has come
      let read = 0
      setImmediate(() => signals.return())
      for await (const _ of signals) read += 1
      const child = spawn('sh', ['-c', 'sleep 0.3; exit 4'], { stdio: 'ignore' })
      console.log(JSON.stringify({ read, code: (await child.exited).code }))`)
    expect(result).toEqual({ read: 64, code: 4 })
  })

  it('of Zombies keeps the process alive', async () => {
    const result = await evaluate(
      `
      import { readdirSync, readFileSync } from 'node:fs'
      import { Zombies, spawn } from 'sexton'
      await spawn('bash', ['-c', 'for i in {1..200}; do (sleep 0.01 &); done'], { stdio: 'ignore' }).exited
      const isDead = (pid) => {
        try { return /\\) Z/.test(readFileSync('/proc/' + pid + '/stat', 'latin1')) } catch { return false }
      }
      const dead = () => readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && isDead(name)).length
      while (dead() < 200) await new Promise((resolve) => setTimeout(resolve, 5))
      const zombies = new Zombies()
      let read = 0
      const left = (async () => { for await (const _ of zombies) if ((read += 1) === 64) setImmediate(() => zombies.return()) })()
      await left
      const child = spawn('sh', ['-c', 'sleep 0.3; exit 4'], { stdio: 'ignore' })
      console.log(JSON.stringify({ few: read < 200, code: (await child.exited).code }))`,
      { prefix: asPid1 },
    )
    expect(result).toEqual({ few: true, code: 4 })
  })
})
