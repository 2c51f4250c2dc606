import { describe, expect, it } from 'vitest'
import { reapUntil } from '../../../lib/index.js'
import { evaluate } from '../../program.js'

const prologue = `
  import { getEventListeners } from 'node:events'
  import { spawn as nodeSpawn } from 'node:child_process'
  import { descendants, reapUntil, spawn } from 'sexton'
  import { dead, isZombie, orphans } from './test/fixtures/orphans.mjs'
  const say = (value) => console.log(JSON.stringify(value))
  const failure = (promise) => promise.then(() => 'none', (error) => error)
`
const inProgram = <T>(source: string) => evaluate<T>(prologue + source)

describe('reapUntil', () => {
  it.each(['adopted', 'all'])("of scope '%s' reaps until the child has ended", async (scope) => {
    const result = await inProgram(`
      const { pids, end } = await orphans(20, 7)
      const child = spawn('sh', ['-c', 'read x; exit 3'])
      const reaped = []
      const ended = reapUntil(child.pid, {
        scope: '${scope}',
        onReap: ({ pid, code }) => {
          if (pids.includes(pid) && code === 7) reaped.push(pid)
          if (reaped.length === 20) child.stdin.end()
        },
      })
      end()
      const { pid, code } = await ended
      say([pid === child.pid, code, new Set(reaped).size, descendants().length])`)
    expect(result).toEqual([true, 3, 20, 0])
  })

  it.each(['adopted', 'all'])(
    "of scope '%s' leaves nothing that was dead by then",
    async (scope) => {
      const result = await inProgram(`
      const { pids, end } = await orphans(400, 7)
      const child = spawn('cat')
      let reaped = 0
      const options = { scope: '${scope}', onReap: ({ pid }) => { reaped += pids.includes(pid) } }
      const ended = reapUntil(child.pid, options)
      end()
      await dead(pids.slice(0, 0))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
      const died = pids.filter(isZombie).length
      child.kill('SIGKILL')
      const { signal } = await ended
      say({ signal, missed: died - reaped > 0, zombies: pids.filter(isZombie).length })`)
      expect(result).toEqual({ signal: 'SIGKILL', missed: false, zombies: 0 })
    },
  )

  it.each([40, 100])(
    "of scope 'all' keeps what %s of spawn's children left, unseen",
    async (count) => {
      const result = await inProgram(`
      const { pids, end } = await orphans(200, 7)
      const children = Array.from({ length: ${count} }, (_, i) =>
        spawn('sh', ['-c', 'read x; exit $1', 'sh', String(i)], { stdio: ['pipe', 'ignore', 'ignore'] }))
      const last = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore'] })
      const ended = reapUntil(last.pid, { scope: 'all' })
      end()
      for (const child of children) child.stdin.end()
      const codes = (await Promise.all(children.map((child) => child.exited))).map(({ code }) => code)
      while (pids.some((pid) => { try { return process.kill(pid, 0) } catch { return false } }))
        await new Promise((resolve) => setTimeout(resolve, 5))
      last.stdin.end()
      say([codes.every((code, i) => code === i), (await ended).code, descendants().length])`)
      expect(result).toEqual([true, 0, 0])
    },
  )

  it('waits for a child of child_process as well, without taking its status', async () => {
    const result = await inProgram(`
      const { end } = await orphans(5, 7)
      const child = nodeSpawn('sh', ['-c', 'read x; exit 9'])
      const exit = new Promise((resolve) => child.on('exit', resolve))
      const reaped = []
      const ended = reapUntil(child.pid, { onReap: ({ code }) => {
        if (reaped.push(code) === 5) child.stdin.end()
      } })
      end()
      say([(await ended).code, await exit, reaped])`)
    expect(result).toEqual([9, 9, [7, 7, 7, 7, 7]])
  })

  it('stops when aborted, with the reason, and leaves no listener', async () => {
    const result = await inProgram(`
      const { pids, end } = await orphans(1, 7)
      const child = spawn('cat')
      const controller = new AbortController()
      const ended = failure(reapUntil(child.pid, { signal: controller.signal }))
      controller.abort('enough')
      const reason = await ended
      const alive = child.status === undefined
      end()
      await dead(pids)
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
      child.kill('SIGKILL')
      await child.exited
      const listeners = getEventListeners(controller.signal, 'abort').length
      say({ reason, alive, zombie: isZombie(pids[0]), listeners })`)
    expect(result).toEqual({ reason: 'enough', alive: true, zombie: true, listeners: 0 })
  })

  it('does not begin when it is aborted already', async () => {
    const result = await inProgram(`
      const child = spawn('cat')
      say(await failure(reapUntil(child.pid, { signal: AbortSignal.abort('never') })))
      child.kill('SIGKILL')`)
    expect(result).toBe('never')
  })

  it('ends with what onReap throws, and gives everything back', async () => {
    const result = await inProgram(`
      const { end } = await orphans(2, 7)
      const child = spawn('cat')
      const ended = failure(reapUntil(child.pid, { onReap: () => { throw new Error('no') } }))
      end()
      const { message } = await ended
      child.kill('SIGKILL')
      say([message, (await child.exited).signal])`)
    expect(result).toEqual(['no', 'SIGKILL'])
  })

  it('passes on what waiting and reaping refuse', async () => {
    await expect(reapUntil(0)).rejects.toBeInstanceOf(RangeError)
    await expect(reapUntil('1' as unknown as number)).rejects.toBeInstanceOf(TypeError)
    await expect(reapUntil(4_194_304)).rejects.toMatchObject({ code: 'ERR_NO_SUCH_PROCESS' })
    await expect(reapUntil(1, { scope: 'mine' as 'all' })).rejects.toBeInstanceOf(RangeError)
  })
})
