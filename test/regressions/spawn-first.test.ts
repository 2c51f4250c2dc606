import { describe, expect, it } from 'vitest'
import { evaluate } from '../program.js'

describe('the first spawn of a process', () => {
  it('is ERR_SPAWN_FAILED for want of descriptors, like every later one', async () => {
    const source = `
      import { closeSync, openSync } from 'node:fs'
      import { spawn } from 'sexton'
      const outcome = () => spawn('true', [], { stdio: 'ignore' }).exited.then(({ code }) => code, ({ code }) => code)
      const starved = async () => {
        const held = []
        try { for (;;) held.push(openSync('/dev/null')) } catch {}
        const result = await outcome()
        for (const fd of held) closeSync(fd)
        return result
      }
      console.log(JSON.stringify([await starved(), await outcome(), await starved()]))`
    const few = ['prlimit', '--nofile=64:64']
    expect(await evaluate(source, { prefix: few })).toEqual([
      'ERR_SPAWN_FAILED',
      0,
      'ERR_SPAWN_FAILED',
    ])
  })
})
