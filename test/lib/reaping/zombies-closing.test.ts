import { describe, expect, it } from 'vitest'
import { evaluate } from '../../program.js'

const prologue = `
  import { getEventListeners } from 'node:events'
  import { descendants, spawn, subreaper, Zombies } from 'sexton'
  import { dead, isZombie, orphans } from './test/fixtures/orphans.mjs'
  const say = (value) => console.log(JSON.stringify(value))
  const bit = (field) => {
    const mask = BigInt('0x' + new RegExp(field + ':\\\\s*(\\\\w+)').exec(
      process.getBuiltinModule('node:fs').readFileSync('/proc/self/status', 'latin1'))[1])
    return (mask >> 16n) & 1n ? 1 : 0 // SIGCHLD
  }
`
const inProgram = <T>(source: string) => evaluate<T>(prologue + source)

describe('leaving the loop', () => {
  it('closes the iterator, hears no more SIGCHLD, and reaps no more', async () => {
    const result = await inProgram(`
      const [a, b] = [await orphans(1, 1), await orphans(1, 2)]
      const before = bit('SigCgt')
      const zombies = new Zombies()
      a.end()
      for await (const zombie of zombies) break
      const { done } = await zombies.next()
      b.end()
      await dead(b.pids)
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
      say({ done, zombie: isZombie(b.pids[0]), heard: bit('SigCgt') - before })`)
    expect(result).toEqual({ done: true, zombie: true, heard: 0 })
  })

  it('leaves the rest to the next iterator', async () => {
    const result = await inProgram(`
      const { pids, end } = await orphans(10, 1)
      end()
      await dead(pids)
      for await (const zombie of new Zombies()) break
      let count = pids.filter(isZombie).length
      const left = count
      if (left > 0) for await (const zombie of new Zombies()) if (--count === 0) break
      say([left <= 9, descendants().length])`)
    expect(result).toEqual([true, 0])
  })

  it('is what await using does', async () => {
    const result = await inProgram(`
      const zombies = new Zombies()
      const next = zombies.next()
      await zombies[Symbol.asyncDispose]()
      say([(await next).done, (await zombies.next()).done, bit('SigIgn')])`)
    expect(result).toEqual([true, true, 0])
  })
})

describe('close()', () => {
  it('still delivers what was reaped before it', async () => {
    const result = await inProgram(`
      const { pids, end } = await orphans(10, 1)
      end()
      await dead(pids)
      const zombies = new Zombies()
      const seen = [(await zombies.next()).value]
      const reaped = 10 - pids.filter(isZombie).length
      zombies.close()
      for await (const zombie of zombies) seen.push(zombie)
      say([reaped === seen.length, reaped >= 1])`)
    expect(result).toEqual([true, true])
  })
})

describe('an AbortSignal', () => {
  it('ends the loop without an error, and is left without a listener', async () => {
    const result = await inProgram(`
      const controller = new AbortController()
      const { signal } = controller
      const listeners = () => getEventListeners(signal, 'abort').length
      const counts = [listeners()]
      const closed = new Zombies({ signal })
      counts.push(listeners())
      closed.close()
      counts.push(listeners())
      const zombies = new Zombies({ signal })
      setTimeout(() => controller.abort(), 20)
      for await (const zombie of zombies) throw new Error('there is none')
      counts.push(listeners())
      say(counts)`)
    expect(result).toEqual([0, 1, 0, 0])
  })

  it('that is aborted already makes a closed iterator', async () => {
    const result = await inProgram(`
      const { pids, end } = await orphans(1, 1)
      end()
      await dead(pids)
      const zombies = new Zombies({ signal: AbortSignal.abort() })
      const { done } = await zombies.next()
      say([done, isZombie(pids[0])])`)
    expect(result).toEqual([true, true])
  })
})

describe('the event loop', () => {
  it('goes on while someone waits for the next zombie', async () => {
    const result = await inProgram(`
      subreaper.enable()
      spawn('sh', ['-c', '(sleep 0.3; exit 4) & exit 0'], { stdio: 'ignore' })
      const { value } = await new Zombies().next()
      say(value.code)`)
    expect(result).toBe(4)
  })

  it('ends when no one does, also with zombies read ahead', async () => {
    const result = await inProgram(`
      const { pids, end } = await orphans(10, 1)
      end()
      await dead(pids)
      const zombies = new Zombies()
      say((await zombies.next()).value.code)`)
    expect(result).toBe(1)
  })
})
