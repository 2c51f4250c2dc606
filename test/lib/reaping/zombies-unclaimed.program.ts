import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { descendants, type SextonError, waitForExit, Zombies } from 'sexton'
import { readTaskChildren } from '../../../lib/system/proc.js'
import { addonFile, loadForeignAddon } from '../../fixtures/foreign-addon.mjs'
import { dead, isZombie, orphans } from '../../fixtures/orphans.mjs'
import { exitWith, keepBusy, startWorker, take } from '../../inside.js'
import { becomes } from '../../soak/fixtures/proc.mjs'

/** Dead orphans. Beside an addon they may as well be the addon's. */
async function deadOrphans(besideAddon: boolean) {
  if (besideAddon) loadForeignAddon()
  const { pids, end } = await orphans(1, 7)
  end()
  await dead(pids)
  return pids
}

export async function reapOne(besideAddon: boolean) {
  await deadOrphans(besideAddon)
  const start = performance.now()
  const [zombie] = await take(new Zombies(), 1)
  return { waited: performance.now() - start, code: zombie?.code, left: descendants().length }
}

export async function neverReap() {
  const pids = await deadOrphans(true)
  void new Zombies().next()
  await once(nodeSpawn('sleep', ['1.2']), 'exit')
  return exitWith(pids.filter(isZombie).length)
}

export async function waitWithoutSpin() {
  const [pid = 0] = await deadOrphans(true)
  let warnings = 0
  process.on('warning', () => {
    warnings += 1
  })
  await waitForExit(pid)
  void new Zombies().next()
  const before = process.cpuUsage()
  await once(nodeSpawn('sleep', ['1']), 'exit')
  const { user, system } = process.cpuUsage(before)
  return exitWith({ warnings, cpu: (user + system) / 1e6 })
}

/** For a Node that has a child from its start. */
export async function reapEarlierChild() {
  const [pid = 0] = readTaskChildren(process.pid, process.pid) ?? []
  process.kill(pid, 'SIGKILL')
  await dead([pid])
  const [start, before] = [performance.now(), process.cpuUsage()]
  const [zombie] = await take(new Zombies(), 1)
  const { user, system } = process.cpuUsage(before)
  const waited = performance.now() - start
  return { waited, signal: zombie?.signal, cpu: (user + system) / 1000 / waited }
}

/** Another copy of sexton, with the same addon. */
async function secondCopy(): Promise<typeof import('sexton')> {
  const copy = mkdtempSync(`${process.cwd()}/build/copy-`)
  mkdirSync(`${copy}/build/Release`, { recursive: true })
  cpSync('dist', `${copy}/dist`, { recursive: true })
  copyFileSync('package.json', `${copy}/package.json`)
  linkSync(addonFile(), `${copy}/build/Release/sexton.node`)
  const other = await import(`${copy}/dist/index.js`)
  rmSync(copy, { recursive: true })
  return other
}

export async function spawnBySecondCopy() {
  const other = await secondCopy()
  const zombies = new Zombies()
  void zombies.next()
  const busy = keepBusy()
  const children = Array.from({ length: 100 }, (_, i) =>
    other.spawn('sh', ['-c', `sleep 0.${i % 5}`]),
  )
  const ended = await Promise.all(children.map((child) => child.exited))
  clearInterval(busy)
  zombies.close()
  return ended.filter(({ known }) => !known).length
}

export async function standStill() {
  await deadOrphans(true)
  const { init } = await import('sexton/init')
  const next = new Zombies().next()
  while (init.stats().pending === 0) await new Promise(setImmediate)
  const start = performance.now()
  await once(nodeSpawn('sh', ['-c', 'kill -STOP $PPID; sleep 3; kill -CONT $PPID']), 'exit')
  const stopped = performance.now() - start
  await next
  return { stopped, waited: performance.now() - start }
}

export async function reapBehindEldest() {
  const { init } = await import('sexton/init')
  // The eldest is dead and is left to libuv, which has no chance to look: the kernel names it first.
  const { end } = await orphans(16, 7)
  const eldest = nodeSpawn('sleep', ['1000'])
  loadForeignAddon()
  end()
  const exit = once(eldest, 'exit')
  eldest.kill('SIGKILL')
  const [, signal] = await exit
  await becomes(() => init.stats().reaped >= 16, 5000)
  const listed = readTaskChildren(process.pid, process.pid) ?? 'not listed'
  return [listed, signal, init.stats().reaped, descendants().length]
}

export async function findDescendants() {
  const child = nodeSpawn('sh', ['-c', 'sleep 1000 & echo; wait'])
  await once(child.stdout, 'data')
  const found = [...descendants()].reverse()
  for (const { pid } of found) process.kill(pid, 'SIGKILL')
  await once(child, 'exit')
  const areInLine = found.every(({ ppid }, i) => ppid === (found[i + 1]?.pid ?? process.pid))
  return [found.length, areInLine]
}

type Scope = 'adopted' | 'all'

/** In a worker. */
export function openZombies(scope: Scope) {
  try {
    new Zombies({ scope })
    return []
  } catch (error) {
    const { name, code } = error as SextonError
    return [name, code]
  }
}

export async function openInWorker(scope: Scope) {
  return (await once(startWorker(openZombies, [scope]), 'message'))[0]
}
