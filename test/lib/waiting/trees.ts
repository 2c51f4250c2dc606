import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type Child, type SpawnOptions, spawn } from '../../../lib/index.js'
import { readAllStats, readStat } from '../../../lib/system/proc.js'
import { isZombie, type ProcessStat } from '../../../lib/system/proc-formats.js'

/** A shell with descendants. Each process of it that says `echo $$` tells its pid. */
export interface Tree {
  child: Child
  pids: number[]
}

/** Starts a tree, and waits until `count` processes have told their pids. They keep its standard output. */
export async function plant(
  script: string,
  count: number,
  options: SpawnOptions = {},
): Promise<Tree> {
  const child = spawn('sh', ['-c', script], { ...options, stdio: ['ignore', 'pipe', 'ignore'] })
  const lines = createInterface(child.stdout as Readable)[Symbol.asyncIterator]()
  const pids: number[] = []
  while (pids.length < count) {
    const { done, value } = await lines.next()
    if (done) throw new Error(`the tree ended after it told of ${pids}`)
    pids.push(Number(value))
  }
  return { child, pids }
}

/** Whether a process runs or sleeps: it is neither dead nor stopped. */
export function isActive(pid: number): boolean {
  const stat = readStat(pid)
  return stat !== undefined && !isZombie(stat) && stat.state !== 'T'
}

/** The living members of the session, or the process group, that a process has founded. */
export function membersOf(field: 'processGroup' | 'session', founder: number): ProcessStat[] {
  return readAllStats().filter((stat) => stat[field] === founder && !isZombie(stat))
}

/** A shell that tells its pid, and waits for one that runs this script. */
export const nest = (inner: string) => `echo $$; sh -c ${quote(inner)} & wait`

const quote = (script: string) => `'${script.replaceAll("'", "'\\''")}'`

/** A shell that tells its pid, and runs a script when it gets SIGTERM. */
export const onTerm = (script: string) =>
  `trap ${quote(script)} TERM; echo $$; while :; do sleep 0.01; done`

/** A process that tells its pid, and goes on. */
export const SLEEPER = 'echo $$; exec sleep 1000'

/** A shell that ignores SIGTERM. */
export const STUBBORN = 'trap "" TERM; echo $$; while :; do sleep 1000; done'
