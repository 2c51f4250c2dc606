import { describe, expect, it } from 'vitest'
import { evaluate } from '../../program.js'

// In programs of their own: adopting orphans is for a subreaper, which this test process is not to be.

const prologue = `
  import { getEventListeners } from 'node:events'
  import { descendants, spawn, Zombies } from 'sexton'
  import { dead, isZombie, orphans } from './test/fixtures/orphans.mjs'
  const say = (value) => console.log(JSON.stringify(value))
  const take = async (zombies, count) => {
    const taken = []
    while (taken.length < count) taken.push((await zombies.next()).value)
    return taken
  }
  const block = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
`
const inProgram = <T>(source: string) => evaluate<T>(prologue + source)

describe("Zombies of scope 'adopted'", () => {
  it('reaps orphans, with pid, code and usage', async () => {
    const result = await inProgram<{ same: boolean }>(`
      const { pids, end } = await orphans(3, 7)
      const zombies = new Zombies()
      end()
      const taken = await take(zombies, 3)
      say({
        same: taken.every(({ pid }) => pids.includes(pid)) && new Set(taken).size === 3,
        codes: taken.map(({ code }) => code),
        used: taken.every(({ usage }) => usage.maxRSS > 0),
        left: descendants(),
      })`)
    expect(result).toEqual({ same: true, codes: [7, 7, 7], used: true, left: [] })
  })

  it('tells the signal that ended one', async () => {
    const result = await inProgram(`
      const { pids: [pid] } = await orphans(1)
      const next = new Zombies().next()
      process.kill(pid, 'SIGKILL')
      const { value } = await next
      say([value.pid === pid, value.code, value.signal])`)
    expect(result).toEqual([true, null, 'SIGKILL'])
  })

  it("does not yield the children of sexton's spawn", async () => {
    const result = await inProgram(`
      const { pids: [pid], end } = await orphans(1, 7)
      const next = new Zombies().next()
      const child = spawn('sh', ['-c', 'exit 3'])
      const { code } = await child.exited
      end()
      say([code, (await next).value.pid === pid])`)
    expect(result).toEqual([3, true])
  })
})

describe("Zombies of scope 'all'", () => {
  it("yields sexton's own children too, which keep their promise", async () => {
    const result = await inProgram(`
      const { pids: [pid], end } = await orphans(1, 7)
      const zombies = new Zombies({ scope: 'all' })
      const child = spawn('sh', ['-c', 'exit 3'])
      end()
      const taken = await take(zombies, 2)
      const code = (pid) => taken.find((zombie) => zombie.pid === pid)?.code
      say([code(child.pid), code(pid), (await child.exited).code])`)
    expect(result).toEqual([3, 7, 3])
  })

  it('loses no status to 64 of each kind that die at once', async () => {
    const result = await inProgram(`
      const { pids, end } = await orphans(64, 7)
      const zombies = new Zombies({ scope: 'all' })
      const children = Array.from({ length: 64 }, (_, i) => spawn('sh', ['-c', 'read x; exit ' + i]))
      const exits = Promise.all(children.map(({ exited }) => exited))
      for (const child of children) child.stdin.destroy()
      end()
      const taken = await take(zombies, 128)
      const codes = (await exits).map(({ code }) => code)
      say({
        codes: codes.every((code, i) => code === i),
        orphans: taken.filter(({ pid, code }) => pids.includes(pid) && code === 7).length,
        seen: new Set(taken.map(({ pid }) => pid)).size,
      })`)
    expect(result).toEqual({ codes: true, orphans: 64, seen: 128 })
  })
})

describe('several iterators', () => {
  it('each see each zombie once, whatever pace they keep', async () => {
    const result = await inProgram(`
      const { pids, end } = await orphans(20, 1)
      const open = [new Zombies(), new Zombies(), new Zombies({ scope: 'all' })]
      const first = take(open[0], 20)
      end()
      const all = [await first, await take(open[1], 20), await take(open[2], 20)]
      const sorted = (taken) => taken.map(({ pid }) => pid).sort((a, b) => a - b).join()
      say(all.map((taken) => sorted(taken) === pids.sort((a, b) => a - b).join()))`)
    expect(result).toEqual([true, true, true])
  })

  it('may come and go: one that is closed takes nothing from the others', async () => {
    const result = await inProgram(`
      const { end } = await orphans(10, 1)
      const [a, b] = [new Zombies(), new Zombies()]
      const both = take(a, 10)
      void b.next()
      b.close()
      end()
      say([(await both).length, (await b.next()).done])`)
    expect(result).toEqual([10, true])
  })
})

describe('the kernel as the queue', () => {
  it('keeps what a slow consumer has not asked for', async () => {
    const result = await inProgram<{ left: number; after: unknown }>(`
      const { pids, end } = await orphans(600, 1)
      const zombies = new Zombies()
      end()
      await dead(pids)
      const taken = await take(zombies, 1)
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
      const left = pids.filter(isZombie).length
      taken.push(...await take(zombies, 599))
      say({ left, after: [new Set(taken.map(({ pid }) => pid)).size, descendants().length] })`)
    expect(result.left).toBeGreaterThanOrEqual(600 - 256)
    expect(result.after).toEqual([600, 0])
  })

  it('remembers deaths before the first next(), and before construction', async () => {
    const result = await inProgram(`
      const [a, b] = [await orphans(1, 1), await orphans(1, 2)]
      a.end()
      await dead(a.pids)
      const zombies = new Zombies()
      b.end()
      await dead(b.pids)
      say((await take(zombies, 2)).map(({ code }) => code).sort())`)
    expect(result).toEqual([1, 2])
  })

  it('is emptied although many deaths share one SIGCHLD', async () => {
    const result = await inProgram(`
      const { end } = await orphans(300, 1)
      const zombies = new Zombies()
      const taking = take(zombies, 300)
      end()
      block(300)
      say([new Set((await taking).map(({ pid }) => pid)).size, descendants().length])`)
    expect(result).toEqual([300, 0])
  })
})

describe('arguments', () => {
  it('must name a scope that exists', async () => {
    const result = await inProgram(`
      const failure = (scope) => {
        try { new Zombies({ scope }) } catch (error) { return [error.name, error.message] }
      }
      say([failure('mine'), failure('')])`)
    expect(result).toEqual([
      ['RangeError', "scope must be 'adopted' or 'all', not 'mine'"],
      ['RangeError', "scope must be 'adopted' or 'all', not ''"],
    ])
  })
})
