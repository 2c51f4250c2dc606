import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { SHARE_ENV, workerData } from 'node:worker_threads'
import { type SpawnOptions, spawn } from 'sexton'
import { startWorker } from '../inside.js'

const entriesOf = (environ: Buffer) => environ.toString('latin1').split('\0').slice(0, -1)

/** The environment of a child, as bytes. */
async function seen(options: SpawnOptions = {}) {
  const stdio = ['ignore', 'pipe', 'ignore'] as const
  const child = spawn('/bin/cat', ['/proc/self/environ'], { ...options, stdio })
  const environ = await buffer(child.stdout)
  const { code } = await child.exited
  if (code !== 0) throw new Error(`exit ${code}`)
  return entriesOf(environ)
}

/** In a worker. Index 0 of the shared memory ends it, index 1 counts its rounds. */
export function changeEnvironment() {
  const flag = workerData as Int32Array<SharedArrayBuffer>
  for (let i = 0; Atomics.load(flag, 0) === 0; i += 1) {
    for (let n = 0; n < 400; n += 1) process.env[`V${n}`] = 'x'.repeat(50 + (i % 500))
    for (let n = 0; n < 400; n += 1) delete process.env[`V${n}`]
    Atomics.add(flag, 1, 1)
  }
}

export async function spawnDuringChanges() {
  const flag = new Int32Array(new SharedArrayBuffer(8))
  const stable = new Set(await seen())
  const worker = startWorker(changeEnvironment, [], { env: SHARE_ENV, workerData: flag })
  await once(worker, 'online')
  const failures: string[] = []
  const strange = new Set<string>()
  const lacking = new Set<string>()
  let spawns = 0
  // At least as often as it takes to overlap with many changes.
  while (spawns < 150 || Atomics.load(flag, 1) < 50) {
    spawns += 1
    const entries = await seen().catch((error) => void failures.push(error.message))
    if (entries === undefined) continue
    for (const entry of entries) {
      if (!stable.has(entry) && !/^V\d+=x{50,549}$/.test(entry)) strange.add(entry)
    }
    for (const entry of stable) if (!entries.includes(entry)) lacking.add(entry)
  }
  Atomics.store(flag, 0, 1)
  await once(worker, 'exit')
  return { spawns, failures, strange: [...strange], lacking: [...lacking] }
}

export async function changeAndUndo() {
  const own = entriesOf(readFileSync('/proc/self/environ'))
  const plain = await seen()
  // A later change counts, and so does an earlier one that is undone.
  process.env.ADDED = 'word'
  const added = await seen()
  delete process.env.ADDED
  return { own, plain, added, again: await seen(), listening: await seen({ listenPid: true }) }
}

export async function replaceProcessEnv() {
  const inherited = (await seen()).length > 1
  process.env = { ONLY: 'this' }
  const plain = await seen()
  const keys = Reflect.ownKeys(process.env)
  process.env = new Proxy(process.env, { get: (env, name) => `${env[String(name)]} and that` })
  return { inherited, plain, keys, proxied: await seen() }
}

export async function inheritProperties() {
  const own = { OWN: { value: '1', enumerable: true } }
  const env = Object.create({ INHERITED: 'yes', HIDDEN: 'no' }, own)
  env.HIDDEN = undefined
  const ours = await seen({ env, cleanEnv: true })
  // Node adds a variable of its own to it where code is counted.
  const theirs = entriesOf(spawnSync('/bin/cat', ['/proc/self/environ'], { env }).stdout)
  return [ours, theirs.filter((entry) => !entry.startsWith('NODE_V8_'))]
}
