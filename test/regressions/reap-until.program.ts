import { getEventListeners } from 'node:events'
import { type ExitStatus, reapUntil, spawn } from 'sexton'
import { loadForeignAddon } from '../fixtures/foreign-addon.mjs'
import { dead, isZombie, orphans } from '../fixtures/orphans.mjs'
import { failure } from '../inside.js'

const quiet = { stdio: ['pipe', 'ignore', 'ignore'] } as const

export async function reapManyTimes() {
  const { signal } = new AbortController()
  const dependants = () => {
    const isTheirs = (key: symbol) => key.description === 'kDependantSignals'
    const key = Object.getOwnPropertySymbols(signal).find(isTheirs)
    const all = key === undefined ? undefined : Reflect.get(signal, key)
    return (all as Set<unknown> | undefined)?.size ?? 0
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
  const counted = dependants() - before
  control.onabort = null
  return { left, control: counted, listeners }
}

export async function reapBesideAddon(tells: boolean) {
  loadForeignAddon()
  const { pids, end } = await orphans(48, 7)
  const child = spawn('sh', ['-c', 'read x; exit 3'], quiet)
  let told = 0
  const onReap = ({ code }: ExitStatus) => {
    told += Number(code === 7)
  }
  const ended = reapUntil(child.pid, tells ? { onReap } : {})
  const start = performance.now()
  end()
  await dead(pids)
  child.stdin.end()
  const { code } = await ended
  const slow = performance.now() - start >= 1000
  return { code, told, left: pids.filter(isZombie).length, slow }
}

export async function leaveForEver() {
  loadForeignAddon()
  const { pids, end } = await orphans(40)
  const child = spawn('cat', [], quiet)
  const ended = reapUntil(child.pid)
  end()
  await dead(pids)
  child.stdin.end()
  return [(await ended).code, pids.filter(isZombie).length]
}

export async function abortBesideAddon(tells: boolean) {
  loadForeignAddon()
  const { pids, end } = await orphans(40)
  const child = spawn('cat', [], quiet)
  const controller = new AbortController()
  const { signal } = controller
  const ended = failure(reapUntil(child.pid, { signal, ...(tells && { onReap() {} }) }))
  end()
  await dead(pids)
  child.stdin.end()
  await child.exited
  await new Promise(setImmediate)
  controller.abort('enough')
  return [await ended, getEventListeners(signal, 'abort').length]
}
