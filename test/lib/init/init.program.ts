import { once } from 'node:events'
import { createRequire } from 'node:module'
import { type SextonError, subreaper } from 'sexton'
import type { InitOptions } from 'sexton/init'
import { dead, orphans } from '../../fixtures/orphans.mjs'
import { hear, startWorker } from '../../inside.js'
import { becomes, zombies } from '../../soak/fixtures/proc.mjs'

// sexton/init is imported late: some of these programs show Node without it.

const messageOf = (act: () => unknown) => {
  try {
    act()
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}

const LOADERS = {
  import: () => import('sexton/init'),
  require: () => createRequire(`${process.cwd()}/`)('sexton/init'),
}

/** Loads sexton/init by itself, if `how` is given. */
export async function reapSixtyFour(how?: keyof typeof LOADERS) {
  if (how !== undefined) await LOADERS[how]()
  const { init } = await import('sexton/init')
  const { pids, end } = await orphans(64, 3)
  end()
  await becomes(() => init.stats().reaped === 64)
  return { ...init.stats(), left: zombies().length, known: pids.length }
}

export async function keepZombies() {
  const { pids, end } = await orphans(64, 3)
  end()
  await dead(pids)
  const died = performance.now()
  while (performance.now() - died < 1500) await new Promise((resolve) => setTimeout(resolve, 50))
  return zombies().length
}

export async function loadAfterDeaths() {
  const { pids, end } = await orphans(8, 3)
  end()
  await dead(pids)
  await import('sexton/init')
  return becomes(() => zombies().length === 0)
}

export async function switchSubreaper() {
  const { init } = await import('sexton/init')
  const options: InitOptions[] = [
    { subreaper: true },
    { foreignChildDelay: 5 },
    { subreaper: false },
  ]
  const before = subreaper.enabled
  const after = options.map((each) => {
    init(each)
    return subreaper.enabled
  })
  return [before, ...after]
}

export function isSubreaper() {
  return subreaper.enabled
}

/** Each is what its name says: JSON cannot express all of them. */
const BAD_OPTIONS = {
  '{ foreignChildDelay: -1 }': { foreignChildDelay: -1 },
  "{ foreignChildDelay: '1' }": { foreignChildDelay: '1' },
  '{ grace: NaN }': { grace: Number.NaN },
  '{ subreaper: 1 }': { subreaper: 1 },
  "{ report: 'all' }": { report: 'all' },
}
export type BadOptions = keyof typeof BAD_OPTIONS

export async function refuse(name: BadOptions) {
  const { init } = await import('sexton/init')
  try {
    init({ subreaper: false, ...(BAD_OPTIONS[name] as InitOptions) })
    return []
  } catch (error) {
    const { name, message } = error as Error
    return [name, message, subreaper.enabled]
  }
}

export async function refuseAll(bad: unknown[]) {
  const { init } = await import('sexton/init')
  return bad.map((options) => messageOf(() => init(options as InitOptions)))
}

/** In a worker. */
export async function initInWorker() {
  const { init } = await import('sexton/init')
  try {
    init()
    return 'none'
  } catch (error) {
    return (error as SextonError).code
  }
}

export async function startInitInWorker() {
  return (await once(startWorker(initInWorker, []), 'message'))[0]
}

export async function tellOfOrphan() {
  const told: unknown[][] = []
  hear('sexton:adopted', (message) => told.push(['adopted', message]))
  hear('sexton:reaped', ({ status, origin }) =>
    told.push(['reaped', status.pid, status.code, origin]),
  )
  const { pids, end } = await orphans(1, 9)
  end()
  await becomes(() => told.length === 2)
  return told.map((entry) => JSON.stringify(entry).replaceAll(String(pids[0]), 'PID'))
}
