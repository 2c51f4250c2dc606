import { describe, expect, it } from 'vitest'
import { reapUntil, Signals, spawn, waitForExit, Zombies } from '../../lib/index.js'

/** What a polyfill from before `reason` and `throwIfAborted()` is. */
class OldSignal extends EventTarget {
  aborted = false

  abort(): void {
    this.aborted = true
    this.dispatchEvent(new Event('abort'))
  }
}

const old = () => {
  const signal = new OldSignal()
  return { signal: signal as unknown as AbortSignal, abort: () => signal.abort() }
}

describe('The AbortSignal of a polyfill', () => {
  it('is listened to by spawn() and waitForExit()', async () => {
    const { signal, abort } = old()
    const child = spawn('sleep', ['60'], { signal, stdio: 'ignore' })
    const wait = waitForExit(child.pid, { signal })
    abort()
    await expect(wait).rejects.toMatchObject({ name: 'AbortError' })
    expect((await child.exited).signal).toBe('SIGTERM')
    expect(child.terminationReason).toBe('abort')
  })

  it('that is aborted already has an AbortError thrown', async () => {
    const { signal, abort } = old()
    abort()
    expect(() => spawn('true', [], { signal })).toThrow(DOMException)
    await expect(waitForExit(process.ppid, { signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })

  it('ends reapUntil() and the iterators', async () => {
    const { signal, abort } = old()
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    const reaping = reapUntil(child.pid, { signal })
    const signals = new Signals(['SIGUSR2'], { signal })
    const zombies = new Zombies({ signal })
    abort()
    await expect(reaping).rejects.toMatchObject({ name: 'AbortError' })
    expect([await signals.next(), await zombies.next()]).toMatchObject([
      { done: true },
      { done: true },
    ])
    child.kill('SIGKILL')
    await child.exited
  })

  it('needs what is called of it', () => {
    const signal = { aborted: false, addEventListener() {} } as unknown as AbortSignal
    expect(() => spawn('true', [], { signal })).toThrow(
      /invalid signal .*: expected an AbortSignal/,
    )
  })

  it('with the reason null is taken at its word', async () => {
    const signal = AbortSignal.abort(null)
    await expect(waitForExit(process.ppid, { signal })).rejects.toBeNull()
  })
})
