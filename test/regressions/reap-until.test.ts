import { describe, expect, it } from 'vitest'
import { evaluate } from '../program.js'

const prologue = `
  import { getEventListeners } from 'node:events'
  import { reapUntil, spawn } from 'sexton'
  import { loadForeignAddon } from './test/fixtures/foreign-addon.mjs'
  import { dead, isZombie, orphans } from './test/fixtures/orphans.mjs'
  const say = (value) => console.log(JSON.stringify(value))
`
const inProgram = <T>(source: string, env: Record<string, string> = {}) =>
  evaluate<T>(prologue + source, { env })

describe('reapUntil', () => {
  it('leaves nothing on a signal that lives longer', async () => {
    const result = await inProgram(`
      const { signal } = new AbortController()
      const dependants = () => {
        const key = Object.getOwnPropertySymbols(signal).find((key) => key.description === 'kDependantSignals')
        return signal[key]?.size ?? 0
      }
      const before = dependants()
      for (let i = 0; i < 20; i += 1) {
        const child = spawn('true', [], { stdio: 'ignore' })
        await reapUntil(child.pid, { signal, ...(i % 2 && { onReap() {} }) })
      }
      const left = dependants() - before
      const listeners = getEventListeners(signal, 'abort').length
      // If the name of Node's own set changes, this one cannot be seen either. Node 24 counts it once it is heard.
      const control = AbortSignal.any([signal])
      control.onabort = () => {}
      say({ left, control: dependants() - before, listeners })
      control.onabort = null`)
    expect(result).toEqual({ left: 0, control: 1, listeners: 0 })
  })

  it.each([true, false])(
    'has reaped all dead by then, beside an addon (onReap: %s)',
    async (tells) => {
      const result = await inProgram<{ code: number; told: number; left: number; slow: boolean }>(`
        loadForeignAddon()
        const { pids, end } = await orphans(48, 7)
        const child = spawn('sh', ['-c', 'read x; exit 3'], { stdio: ['pipe', 'ignore', 'ignore'] })
        let told = 0
        const ended = reapUntil(child.pid, { ${tells ? 'onReap: ({ code }) => { told += code === 7 }' : ''} })
        const start = performance.now()
        end()
        await dead(pids)
        child.stdin.end()
        const { code } = await ended
        say({ code, told, left: pids.filter(isZombie).length, slow: performance.now() - start >= 1000 })`)
      expect(result).toEqual({ code: 3, told: tells ? 48 : 0, left: 0, slow: true })
    },
  )

  it('does not wait for what is left alone for ever', async () => {
    const result = await inProgram(
      `loadForeignAddon()
      const { pids, end } = await orphans(40)
      const child = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore'] })
      const ended = reapUntil(child.pid)
      end()
      await dead(pids)
      child.stdin.end()
      say([(await ended).code, pids.filter(isZombie).length])`,
      { SEXTON_FOREIGN_CHILD_DELAY: 'Infinity' },
    )
    expect(result).toEqual([0, 40])
  })

  it.each([true, false])(
    'aborts while it leaves the dead to an addon (onReap: %s)',
    async (tells) => {
      const result = await inProgram(
        `loadForeignAddon()
        const { pids, end } = await orphans(40)
        const child = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore'] })
        const controller = new AbortController()
        const { signal } = controller
        const ended = reapUntil(child.pid, { signal, ${tells ? 'onReap() {}' : ''} })
        end()
        await dead(pids)
        child.stdin.end()
        await child.exited
        await new Promise(setImmediate)
        controller.abort('enough')
        const reason = await ended.then(() => 'none', (reason) => reason)
        say([reason, getEventListeners(signal, 'abort').length])`,
        { SEXTON_FOREIGN_CHILD_DELAY: '600000' },
      )
      expect(result).toEqual(['enough', 0])
    },
  )
})
