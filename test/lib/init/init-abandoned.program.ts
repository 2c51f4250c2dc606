import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { loadForeignAddon } from '../../fixtures/foreign-addon.mjs'
import { exitWith, startWorker } from '../../inside.js'
import { becomes, zombies } from '../../soak/fixtures/proc.mjs'

// Neither sexton nor sexton/init is imported here: some of these programs show Node without them.

const COUNT = 70

const sleepers = () =>
  Array.from({ length: COUNT }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }))
const pidsOf = (children: ChildProcess[]) => children.map(({ pid }) => pid as number)
const kill = (pids: readonly number[]) => {
  for (const pid of pids) process.kill(pid, 'SIGKILL')
}
const post = (value: unknown) => parentPort?.postMessage(value)
const block = () => {
  for (;;);
}
const stayAlive = () => setInterval(() => {}, 1000)

async function reaped(count: number) {
  const { init } = await import('sexton/init')
  await becomes(() => init.stats().reaped >= count)
  return { ...init.stats(), left: zombies().length }
}

const WAYS = {
  'that was terminated': stayAlive,
  'that was terminated in a loop right after the births': block,
  'that was terminated while it was blocked': () =>
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
}
export type Way = keyof typeof WAYS
const LOOPING = 'that was terminated in a loop right after the births'

/** In a worker. */
export function haveChildren(way: Way) {
  post(pidsOf(sleepers()))
  WAYS[way]()
}

/** In a worker. */
export function leaveChildren() {
  const children = sleepers()
  post(pidsOf(children))
  for (const child of children) child.unref()
}

async function terminateParent(way: Way): Promise<number[]> {
  const worker = startWorker(haveChildren, [way])
  const [pids] = await once(worker, 'message')
  await worker.terminate()
  return pids
}

export async function terminateThenKill(way: Way) {
  kill(await terminateParent(way))
  return reaped(COUNT)
}

export async function leaveThenKill() {
  const worker = startWorker(leaveChildren, [])
  const [[pids]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
  kill(pids)
  return reaped(COUNT)
}

export async function killThenTerminate() {
  const worker = startWorker(haveChildren, [LOOPING])
  const [pids] = await once(worker, 'message')
  kill(pids)
  await becomes(() => zombies().length === COUNT)
  await worker.terminate()
  // On its way out its own loop may still get to some of them.
  await becomes(() => zombies().length === 0)
  return { left: zombies().length }
}

/** In a worker. */
export function haveOneChild() {
  post(spawn('sleep', ['1000']).pid)
  stayAlive()
}

/** In a worker. */
export async function haveAWorkerWithAChild() {
  const [pid] = await once(startWorker(haveOneChild, []), 'message')
  post(pid)
  stayAlive()
}

export async function terminateGrandparent() {
  const worker = startWorker(haveAWorkerWithAChild, [])
  const [pid] = await once(worker, 'message')
  await worker.terminate()
  kill([pid])
  return reaped(1)
}

/** In a worker. */
export function haveTwentyDead() {
  for (let i = 0; i < 20; i += 1) spawn('true', { stdio: 'ignore' })
  post(0)
  block()
}

/** In a worker. */
export async function endAWorkerAmongTheDead() {
  const inner = startWorker(haveTwentyDead, [])
  await once(inner, 'message')
  parentPort?.once('message', async () => {
    await inner.terminate()
    post(0)
  })
  stayAlive()
}

export async function endParentAmongTheDead() {
  const worker = startWorker(endAWorkerAmongTheDead, [])
  await becomes(() => zombies().length === 20)
  worker.postMessage(0)
  await once(worker, 'message')
  await becomes(() => zombies().length === 0, 3000)
  return exitWith(zombies().length)
}

/** In a worker. */
export function tellExitCode() {
  spawn('true').on('exit', post)
}

export async function exitInWorker() {
  return (await once(startWorker(tellExitCode, []), 'message'))[0]
}

export async function terminateBesideAddon() {
  loadForeignAddon()
  const { init } = await import('sexton/init')
  init({ foreignChildDelay: 3_600_000 })
  return terminateThenKill(LOOPING)
}

/** For a Node that does not preload sexton/init, so that the worker does not load it either. */
export async function terminateWithoutInit() {
  await import('sexton/init')
  return terminateThenKill(LOOPING)
}

export async function keepZombies() {
  kill(await terminateParent(LOOPING))
  await becomes(() => zombies().length === COUNT)
  const died = performance.now()
  while (performance.now() - died < 1500) await new Promise((resolve) => setTimeout(resolve, 50))
  return zombies().length
}

/** In a worker. */
export async function hearOfAll() {
  const codes: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const children = Array.from({ length: COUNT }, (_, i) => spawn('sh', ['-c', `exit ${i}`]))
    const exits = await Promise.all(children.map((child) => once(child, 'exit')))
    codes.push(...exits.map(([code]) => code))
  }
  const { writable } = Object.getOwnPropertyDescriptor(spawn('true'), 'pid') ?? {}
  const failed = spawn('sexton-no-such-program')
  await once(failed, 'error')
  return [codes.every((code, i) => code === i % COUNT), writable, failed.pid ?? null]
}

export async function hearOfAllInWorker() {
  const { init } = await import('sexton/init')
  const [told] = await once(startWorker(hearOfAll, []), 'message')
  return [told, init.stats().reaped]
}

/** Closes the handle by which libuv would ask for the child's status. */
const close = (child: ChildProcess) =>
  (child as unknown as { _handle: { close(): void } })._handle.close()

export async function closeHandles(besideAddon: boolean) {
  if (besideAddon) loadForeignAddon()
  const children = sleepers()
  for (const child of children) close(child)
  kill(pidsOf(children))
  return reaped(COUNT)
}

export async function waitForClosed(when: 'before' | 'just before' | 'during') {
  const { waitForExit } = await import('sexton')
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
  const [pid = 0] = pidsOf([child])
  if (when !== 'during') close(child)
  if (when === 'before') await new Promise((resolve) => setTimeout(resolve, 50))
  const waiting = waitForExit(pid, 2000)
  if (when === 'during') close(child)
  kill([pid])
  return (await waiting).signal
}

export async function unreference() {
  const { init } = await import('sexton/init')
  const children = Array.from({ length: COUNT }, (_, i) => spawn('sh', ['-c', `read x; exit ${i}`]))
  const exits = Promise.all(children.map((child) => once(child, 'exit')))
  for (const child of children) child.unref()
  for (const child of children) child.stdin.destroy()
  const keepAlive = stayAlive() // their pipes may close before their ends are told of
  const codes = (await exits).map(([code]) => code)
  clearInterval(keepAlive)
  return [codes.every((code, i) => code === i), init.stats().reaped]
}
