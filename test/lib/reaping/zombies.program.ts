import { descendants, spawn, Zombies } from 'sexton'
import { dead, isZombie, orphans } from '../../fixtures/orphans.mjs'
import { take, turns } from '../../inside.js'

export async function reapThree() {
  const { pids, end } = await orphans(3, 7)
  const zombies = new Zombies()
  end()
  const taken = await take(zombies, 3)
  return {
    same: taken.every(({ pid }) => pids.includes(pid)) && new Set(taken).size === 3,
    codes: taken.map(({ code }) => code),
    used: taken.every(({ usage }) => (usage?.maxRSS ?? 0) > 0),
    left: descendants(),
  }
}

export async function reapKilled() {
  const [pid = 0] = (await orphans(1)).pids
  const next = take(new Zombies(), 1)
  process.kill(pid, 'SIGKILL')
  const [zombie] = await next
  return [zombie?.pid === pid, zombie?.code, zombie?.signal]
}

export async function reapBesideChild() {
  const { pids, end } = await orphans(1, 7)
  const next = take(new Zombies(), 1)
  const child = spawn('sh', ['-c', 'exit 3'])
  const { code } = await child.exited
  end()
  return [code, (await next)[0]?.pid === pids[0]]
}

export async function reapChildToo() {
  const {
    pids: [pid],
    end,
  } = await orphans(1, 7)
  const zombies = new Zombies({ scope: 'all' })
  const child = spawn('sh', ['-c', 'exit 3'])
  end()
  const taken = await take(zombies, 2)
  const code = (wanted?: number) => taken.find((zombie) => zombie.pid === wanted)?.code
  return [code(child.pid), code(pid), (await child.exited).code]
}

export async function reapChildrenAndOrphans() {
  const { pids, end } = await orphans(64, 7)
  const zombies = new Zombies({ scope: 'all' })
  const children = Array.from({ length: 64 }, (_, i) => spawn('sh', ['-c', `read x; exit ${i}`]))
  const exits = Promise.all(children.map(({ exited }) => exited))
  for (const child of children) child.stdin.destroy()
  end()
  const taken = await take(zombies, 128)
  const codes = (await exits).map(({ code }) => code)
  return {
    codes: codes.every((code, i) => code === i),
    orphans: taken.filter(({ pid, code }) => pids.includes(pid) && code === 7).length,
    seen: new Set(taken.map(({ pid }) => pid)).size,
  }
}

export async function iterateThrice() {
  const { pids, end } = await orphans(20, 1)
  const [a, b, c] = [new Zombies(), new Zombies(), new Zombies({ scope: 'all' })]
  const first = take(a, 20)
  end()
  const all = [await first, await take(b, 20), await take(c, 20)]
  const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b).join()
  return all.map((taken) => sorted(taken.map(({ pid }) => pid)) === sorted(pids))
}

export async function closeOneOfTwo() {
  const { end } = await orphans(10, 1)
  const [a, b] = [new Zombies(), new Zombies()]
  const both = take(a, 10)
  void b.next()
  b.close()
  end()
  return [(await both).length, (await b.next()).done]
}

export async function readSlowly() {
  const { pids, end } = await orphans(600, 1)
  const zombies = new Zombies()
  end()
  await dead(pids)
  const taken = await take(zombies, 1)
  await turns(20)
  const left = pids.filter(isZombie).length
  taken.push(...(await take(zombies, 599)))
  return { left, after: [new Set(taken.map(({ pid }) => pid)).size, descendants().length] }
}

export async function openAfterDeaths() {
  const [a, b] = [await orphans(1, 1), await orphans(1, 2)]
  a.end()
  await dead(a.pids)
  const zombies = new Zombies()
  b.end()
  await dead(b.pids)
  return (await take(zombies, 2)).map(({ code }) => code).sort()
}

export async function blockDuringDeaths() {
  const { end } = await orphans(300, 1)
  const zombies = new Zombies()
  const taking = take(zombies, 300)
  end()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  return [new Set((await taking).map(({ pid }) => pid)).size, descendants().length]
}

export function openWithScope(scope: string) {
  try {
    new Zombies({ scope: scope as 'all' })
    return []
  } catch (error) {
    const { name, message } = error as Error
    return [name, message]
  }
}
