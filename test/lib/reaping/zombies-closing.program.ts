import { getEventListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { descendants, spawn, subreaper, Zombies } from 'sexton'
import { dead, isZombie, orphans } from '../../fixtures/orphans.mjs'
import { take, turns } from '../../inside.js'

/** Whether SIGCHLD is in a mask of this process. */
function hasChildSignal(mask: 'SigCgt' | 'SigIgn'): number {
  const text = readFileSync('/proc/self/status', 'latin1')
  const digits = new RegExp(`${mask}:\\s*(\\w+)`).exec(text)?.[1]
  return (BigInt(`0x${digits}`) >> 16n) & 1n ? 1 : 0
}

export async function leaveLoop() {
  const [a, b] = [await orphans(1, 1), await orphans(1, 2)]
  const before = hasChildSignal('SigCgt')
  const zombies = new Zombies()
  a.end()
  for await (const _ of zombies) break
  const { done } = await zombies.next()
  b.end()
  await dead(b.pids)
  await turns(20)
  return { done, zombie: isZombie(b.pids[0]), heard: hasChildSignal('SigCgt') - before }
}

export async function leaveTheRest() {
  const { pids, end } = await orphans(10, 1)
  end()
  await dead(pids)
  for await (const _ of new Zombies()) break
  const left = pids.filter(isZombie).length
  await take(new Zombies(), left)
  return [left <= 9, descendants().length]
}

export async function dispose() {
  const zombies = new Zombies()
  const next = zombies.next()
  await zombies[Symbol.asyncDispose]()
  return [(await next).done, (await zombies.next()).done, hasChildSignal('SigIgn')]
}

export async function closeAfterOne() {
  const { pids, end } = await orphans(10, 1)
  end()
  await dead(pids)
  const zombies = new Zombies()
  const seen = await take(zombies, 1)
  const reaped = 10 - pids.filter(isZombie).length
  zombies.close()
  for await (const zombie of zombies) seen.push(zombie)
  return [reaped === seen.length, reaped >= 1]
}

export async function abort() {
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
  for await (const _ of zombies) throw new Error('there is none')
  counts.push(listeners())
  return counts
}

export async function abortBefore() {
  const { pids, end } = await orphans(1, 1)
  end()
  await dead(pids)
  const zombies = new Zombies({ signal: AbortSignal.abort() })
  const { done } = await zombies.next()
  return [done, isZombie(pids[0])]
}

export async function waitForNext() {
  subreaper.enable()
  spawn('sh', ['-c', '(sleep 0.3; exit 4) & exit 0'], { stdio: 'ignore' })
  const [zombie] = await take(new Zombies(), 1)
  return zombie?.code
}

export async function readAhead() {
  const { pids, end } = await orphans(10, 1)
  end()
  await dead(pids)
  const [zombie] = await take(new Zombies(), 1)
  return zombie?.code
}
