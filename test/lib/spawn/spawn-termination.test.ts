import { getEventListeners, once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type SpawnOptions, spawn } from '../../../lib/index.js'

const sleep = (options: SpawnOptions) => spawn('sleep', ['1000'], { stdio: 'ignore', ...options })

/** A process that survives SIGTERM, and is known to by now. What is ignored stays ignored by exec. */
async function stubborn(options: SpawnOptions) {
  const child = spawn('sh', ['-c', 'trap "" TERM; echo ready; exec sleep 1000'], options)
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

describe('timeout', () => {
  it('ends the child by SIGTERM, and says why', async () => {
    const child = sleep({ timeout: 20 })
    expect(await child.exited).toMatchObject({ signal: 'SIGTERM' })
    expect(child.terminationReason).toBe('timeout')
  })

  it('ends it by killSignal', async () => {
    const child = sleep({ timeout: 1, killSignal: 'SIGUSR1' })
    expect(await child.exited).toMatchObject({ signal: 'SIGUSR1' })
  })

  it('leaves alone who ends in time, and whose time is endless', async () => {
    for (const timeout of [60_000, 2 ** 40, Number.POSITIVE_INFINITY]) {
      const child = spawn('sh', ['-c', 'exit 4'], { timeout })
      expect(await child.exited).toMatchObject({ code: 4 })
      expect(child.terminationReason).toBeUndefined()
    }
  })

  it('is never blamed on a child that ended in time in a blocked loop', async () => {
    const child = spawn('sh', ['-c', 'exit 4'], { timeout: 150 })
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    expect(await child.exited).toMatchObject({ code: 4 })
    expect(child.terminationReason).toBeUndefined()
  })
})

describe('grace', () => {
  it('is when SIGKILL follows for who survives', async () => {
    const controller = new AbortController()
    const child = await stubborn({ signal: controller.signal, grace: 30 })
    controller.abort()
    expect(await child.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(child.terminationReason).toBe('abort')
  })

  it('of Infinity means never', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const child = await stubborn({ signal, grace: Number.POSITIVE_INFINITY })
    controller.abort()
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(child.status).toBeUndefined()
    child.kill('SIGUSR1')
    expect(await child.exited).toMatchObject({ signal: 'SIGUSR1' })
  })
})

describe('an AbortSignal', () => {
  it('that is aborted already lets nothing begin', () => {
    const signal = AbortSignal.abort(new Error('never mind'))
    expect(() => spawn('true', [], { signal })).toThrow('never mind')
  })

  it('ends the child, whose end is then told as ever', async () => {
    const controller = new AbortController()
    const child = sleep({ signal: controller.signal, killSignal: 'SIGINT' })
    controller.abort(new Error('not needed any more'))
    expect(await child.exited).toMatchObject({ signal: 'SIGINT' })
    expect(child.terminationReason).toBe('abort')
  })

  it('is left without listeners when the child has ended', async () => {
    const { signal } = new AbortController()
    const child = spawn('cat', [], { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    child.stdin?.end()
    await child.exited
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    await spawn('/nonexistent', [], { signal }).exited.catch(() => {})
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

describe('await using', () => {
  it('ends the child with the scope, waits, and closes its streams', async () => {
    const { child: outside, streams } = await (async () => {
      await using child = spawn('cat')
      return { child, streams: child.stdio }
    })()
    expect(outside.status).toMatchObject({ signal: 'SIGTERM' })
    expect(outside.terminationReason).toBe('dispose')
    expect(streams.map((stream) => stream?.destroyed)).toEqual([true, true, true])
  })

  it('uses force on who survives', async () => {
    const child = await stubborn({ grace: 20 })
    await child[Symbol.asyncDispose]()
    expect(child.status).toMatchObject({ signal: 'SIGKILL' })
  })

  it('leaves alone who has ended by itself', async () => {
    const child = spawn('sh', ['-c', 'exit 3'])
    await child.exited
    await child[Symbol.asyncDispose]()
    expect([child.status?.code, child.terminationReason]).toEqual([3, undefined])
  })
})

describe('the reason', () => {
  it('is the first there was', async () => {
    const controller = new AbortController()
    const child = await stubborn({ signal: controller.signal, timeout: 60_000, grace: 20 })
    controller.abort()
    await child[Symbol.asyncDispose]()
    expect(child.terminationReason).toBe('abort')
  })

  it('is none for a signal by kill()', async () => {
    const child = sleep({ timeout: 60_000 })
    child.kill('SIGKILL')
    await child.exited
    expect(child.terminationReason).toBeUndefined()
  })
})
