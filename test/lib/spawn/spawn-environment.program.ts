import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { type SpawnOptions, spawn } from 'sexton'
import { startWorker } from '../../inside.js'

/** The environment of a child, one character for each byte, and this process's own. */
async function seen(options: SpawnOptions): Promise<string[]> {
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const child = spawn('/bin/cat', ['/proc/self/environ'], { ...options, stdio })
  const bytes = await buffer(child.stdout)
  await child.exited
  return bytes.toString('latin1').split('\0').slice(0, -1)
}

/** What children see of an environment whose bytes are not all UTF-8. */
export async function change() {
  const plain = await seen({})
  const added = await seen({ env: { ADDED: 'yes' } })
  const listed = await seen({ env: ['ADDED=yes', 'A=over', 'A=twice'] })
  const removed = await seen({ env: { A: undefined, RAW: undefined, MISSING: undefined } })
  const naming = await seen({ env: { LISTEN_PID: '1' }, listenPid: true })
  return { plain, added, listed, removed, naming }
}

/** What children see when the environment changes between two spawns. */
export async function follow() {
  const before = await seen({ env: { ADDED: 'yes' } })
  process.env.A = '2' // as long as before
  const exchanged = await seen({ env: { ADDED: 'yes' } })
  process.env.A = 'changed'
  process.env.LATER = 'word'
  const after = await seen({ env: { ADDED: 'yes' } })
  process.env = { ONLY: 'this', A: 'replaced' }
  const replaced = await seen({ env: { A: 'over' } })
  return { before, exchanged, after, replaced }
}

/** In a worker. */
export function changeHere() {
  return seen({ env: { A: undefined, B: 'b' } })
}

/** What the child of a worker sees that adds a variable and removes another. */
export async function changeInWorker() {
  const env = { PATH: process.env.PATH, A: 'a', C: 'c' }
  const [output] = (await once(startWorker(changeHere, [], { env }), 'message')) as [string[]]
  return output
}
