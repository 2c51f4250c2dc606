import { ownedChild } from '../../../lib/reaping/reaper.js'
import { spawn } from '../../../lib/spawn/spawn.js'
import { untilAllDead } from './dead.js'

/** How many ends of `count` are heard of, and how many errors, if the listener of each second one throws. */
export async function throwFromListeners(count: number) {
  let errors = 0
  process.on('uncaughtException', () => {
    errors += 1
  })
  const children = Array.from({ length: count }, () => spawn('true', [], { stdio: 'ignore' }))
  for (const { pid } of children.filter((_, i) => i % 2 === 1)) {
    ownedChild(pid)?.onExit(() => {
      throw new Error('from a listener')
    })
  }
  untilAllDead(children.map(({ pid }) => pid))
  let heard = 0
  const hear = (resolve: () => void) => {
    heard += 1
    resolve()
  }
  const ends = children.map(
    ({ pid }) => new Promise<void>((resolve) => ownedChild(pid)?.onExit(() => hear(resolve))),
  )
  // These keep the process alive.
  await Promise.all(children.map(({ exited }) => exited))
  await Promise.all(ends)
  return { heard, errors }
}
