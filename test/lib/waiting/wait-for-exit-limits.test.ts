import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Child, spawn, waitForExit } from '../../../lib/index.js'
import { patience } from '../../pace.mjs'
import { asNobody } from '../../program.js'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./wait-for-exit-limits.program.js')>(
  './wait-for-exit-limits.program.ts',
  import.meta.url,
)

let child: Child

beforeEach(() => {
  child = spawn('cat')
})
afterEach(async () => {
  child.kill('SIGKILL')
  await child.exited
})

const timedOut = { name: 'SextonError', code: 'ERR_TIMEOUT' }

describe('a timeout', () => {
  it('of 0 looks once: at one that lives', async () => {
    await expect(waitForExit(child.pid, 0)).rejects.toMatchObject(timedOut)
    expect(child.status).toBeUndefined()
  })

  it('of 0 looks once: at one that has just died', async () => {
    child.kill('SIGKILL')
    block(150)
    expect(await waitForExit(child.pid, 0)).toMatchObject({ signal: 'SIGKILL' })
  })

  it('leaves the process running, and names it', async () => {
    const error = await waitForExit(child.pid, 20).catch((error: Error) => error)
    expect(error).toMatchObject({ ...timedOut, pid: child.pid })
    expect((error as Error).message).toContain('20 ms')
    expect(child.kill('SIGCONT')).toBe(true)
    child.stdin?.end()
    expect(await waitForExit(child.pid, patience(10_000))).toMatchObject({ code: 0 })
  })

  it('is never blamed on a process that ended in time, in a late loop', async () => {
    const waiting = waitForExit(child.pid, 50)
    child.kill('SIGTERM')
    block(200)
    expect(await waiting).toMatchObject({ signal: 'SIGTERM' })
  })

  it.each([2 ** 31, 2 ** 40, Number.MAX_VALUE, Number.POSITIVE_INFINITY])(
    'of %d ms does not overflow',
    async (timeout) => {
      const waiting = waitForExit(child.pid, timeout)
      const first = await Promise.race([waiting, turns(20)])
      expect(first).toBe('still waiting')
      child.stdin?.end()
      expect(await waiting).toMatchObject({ code: 0 })
    },
  )
})

describe("onTimeout: 'kill'", () => {
  it('kills by SIGKILL, then reaps', async () => {
    const status = await waitForExit(child.pid, { timeout: 20, onTimeout: 'kill' })
    expect(status).toMatchObject({ signal: 'SIGKILL', known: true })
    expect(await child.exited).toBe(status)
  })

  it('kills by the signal it is given', async () => {
    const options = { timeout: 0, onTimeout: 'kill', killSignal: 'SIGUSR1' } as const
    expect(await waitForExit(child.pid, options)).toMatchObject({ signal: 'SIGUSR1' })
  })

  it('leaves alone who has ended by itself', async () => {
    child.stdin?.end()
    const status = await waitForExit(child.pid, { timeout: patience(10_000), onTimeout: 'kill' })
    expect(status).toMatchObject({ code: 0 })
  })

  it('can still be aborted while the process survives the signal', async () => {
    const options = { timeout: 0, onTimeout: 'kill', killSignal: 'SIGCONT' } as const
    const signal = AbortSignal.timeout(50)
    const error = await waitForExit(child.pid, { ...options, signal }).catch((error) => error)
    expect(error).toBe(signal.reason)
  })

  it('says so if it may not kill', async () => {
    const code = await programs.evaluate('killInit', [], { prefix: asNobody })
    expect(code).toBe('ERR_NOT_PERMITTED')
  })
})

describe('an AbortSignal', () => {
  it('that is aborted already ends it before it begins', async () => {
    const signal = AbortSignal.abort(new Error('never mind'))
    await expect(waitForExit(child.pid, { signal })).rejects.toBe(signal.reason)
    await expect(waitForExit(4_194_304, { signal })).rejects.toBe(signal.reason)
  })

  it('ends it with its reason, and the process runs on', async () => {
    const controller = new AbortController()
    const waiting = waitForExit(child.pid, { signal: controller.signal })
    controller.abort('enough')
    await expect(waiting).rejects.toBe('enough')
    expect(child.status).toBeUndefined()
    expect(child.kill('SIGCONT')).toBe(true)
  })

  it('is left without listeners: after the end, a timeout, and an abort', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const listeners = () => getEventListeners(signal, 'abort').length
    await waitForExit(child.pid, { signal, timeout: 10 }).catch(() => {})
    expect(listeners()).toBe(0)
    const aborted = waitForExit(child.pid, { signal: AbortSignal.any([signal]) })
    const waiting = waitForExit(child.pid, { signal })
    expect(listeners()).toBe(1)
    child.stdin?.end()
    await waiting
    await aborted
    expect(listeners()).toBe(0)
  })
})

/** Holds the event loop. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/** So many turns of the event loop, timers included. */
async function turns(count: number): Promise<string> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setTimeout(resolve, 1))
  return 'still waiting'
}
