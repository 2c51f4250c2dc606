import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { reapUntil, type SpawnOptions, spawn, subreaper, waitForExit, Zombies } from 'sexton'
import { loadForeignAddon } from '../fixtures/foreign-addon.mjs'
import { exitWith, hear, startWorker } from '../inside.js'
import { becomes } from '../soak/fixtures/proc.mjs'

type Scope = 'adopted' | 'all'

/** All that a traced child can meet, and an untraced one. */
const HOWS = ['plain', 'signal', 'twice', 'exec', 'thread', 'thread-end']
const COUNT = 48

const traced = process.env.TRACED as string
const quiet = { stdio: 'ignore' } as const
const telling = { stdio: ['ignore', 'pipe', 'inherit'] } as const

function gone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

const descriptors = () => readdirSync('/proc/self/fd').length
const start = (how: string, code: number, options: SpawnOptions = quiet) =>
  spawn(traced, [how, String(code)], options)
const hang = () => start('wait', 9, telling)

/** Orphans that begin once they are ours. */
async function orphans(count: number, hows = HOWS) {
  subreaper.enable()
  const one = (i: number) =>
    `(read x; exec ${traced} ${hows[i % hows.length]} ${i}) <&3 3<&- >/dev/null & echo $!`
  const script = Array.from({ length: count }, (_, i) => one(i)).join('\n')
  const shell = nodeSpawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] })
  const exit = once(shell, 'exit')
  const lines = (await text(shell.stdout as NonNullable<typeof shell.stdout>)).trim().split('\n')
  await exit
  const codes = new Map(lines.map((pid, i) => [Number(pid), i]))
  return { codes, begin: () => shell.stdio[3]?.destroy() }
}

const allGone = (codes: ReadonlyMap<number, number>) => becomes(() => [...codes.keys()].every(gone))

/** Also in a worker. */
export async function spawnMany() {
  const children = Array.from({ length: COUNT }, (_, i) => start(HOWS[i % HOWS.length] ?? '', i))
  const wrong: unknown[] = []
  const judge = async (child: (typeof children)[number], i: number) => {
    const { code, signal } = await waitForExit(child.pid)
    const end = await child.exited
    const right = code === i && end.code === i && gone(child.pid)
    if (!right) wrong.push([HOWS[i % HOWS.length], i, code, signal])
  }
  await Promise.all(children.map(judge))
  return wrong
}

export async function spawnTraced() {
  await start('plain', 0).exited
  const before = descriptors()
  const wrong = await spawnMany()
  return { wrong, leaked: descriptors() - before }
}

export async function spawnTracedInWorker() {
  return (await once(startWorker(spawnMany, []), 'message'))[0]
}

export async function dieBySignals() {
  const signals = [1, 5, 6, 11, 15, 34]
  const ends = await Promise.all(signals.map((signal) => start('die', signal).exited))
  return ends.map(({ signal }) => signal)
}

export async function timeOut() {
  const children = Array.from({ length: 40 }, (_, i) =>
    start(i % 2 ? 'wait' : 'exec-wait', 0, { ...quiet, timeout: 300 + i }),
  )
  const ends = children.map(async (child) => {
    const { signal } = await child.exited
    return `${signal} ${child.terminationReason} ${gone(child.pid)}`
  })
  return [...new Set(await Promise.all(ends))]
}

async function reapOrphans(zombies: Zombies, codes: ReadonlyMap<number, number>) {
  const wrong: unknown[] = []
  let reaped = 0
  for await (const { pid, code, signal } of zombies) {
    if (codes.get(pid) !== code) wrong.push([codes.get(pid), code, signal])
    reaped += 1
    if (reaped === codes.size) break
  }
  return wrong
}

export async function reapTraced(scopes: Scope[]) {
  const results: { wrong: unknown[]; left: number }[] = []
  for (const scope of scopes) {
    const { codes, begin } = await orphans(COUNT)
    begin()
    const wrong = await reapOrphans(new Zombies({ scope }), codes)
    results.push({ wrong, left: [...codes.keys()].filter((pid) => !gone(pid)).length })
  }
  return results
}

export async function reapUntilHung(scope: Scope) {
  const { codes, begin } = await orphans(COUNT)
  const child = hang()
  const ended = reapUntil(child.pid, { scope })
  begin()
  child.stdout?.resume()
  await allGone(codes)
  child.kill('SIGUSR1')
  return (await ended).code
}

export async function reapBesideAddon() {
  loadForeignAddon()
  // A stop of a thread is seen only when no other stop hides it: a second for each.
  const hows = HOWS.filter((how) => !how.startsWith('thread'))
  const { codes, begin } = await orphans(COUNT, hows)
  const zombies = new Zombies()
  begin()
  const began = performance.now()
  const wrong = await reapOrphans(zombies, codes)
  return exitWith({ wrong, patient: performance.now() - began >= 1000 })
}

export async function countByInit() {
  const { init } = await import('sexton/init')
  const { codes, begin } = await orphans(COUNT)
  begin()
  await allGone(codes)
  return init.stats()
}

export async function leaveTraced() {
  const { init } = await import('sexton/init')
  init({ grace: 20_000 })
  const children = Array.from({ length: 40 }, () => start('wait', 0, telling))
  for (const child of children) await once(child.stdout as NodeJS.ReadableStream, 'data')
  const outcomes: unknown[] = []
  hear('sexton:left', ({ outcome }) => outcomes.push(outcome))
  process.on('exit', () => console.log(JSON.stringify(outcomes)))
  process.exit()
}
