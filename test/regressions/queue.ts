import { EventQueue } from '../../lib/base/event-queue.js'

/** A queue that had `count` values, of which 64 have been read: it pauses there. It tells who waits for more. */
export async function partlyRead(count: number) {
  const told: string[] = []
  const queue = new EventQueue<number>({
    onWanted: () => {
      told.push('wanted')
      return () => told.push('satisfied')
    },
  })
  for (let i = 0; i < count; i += 1) queue.push(i)
  for (let i = 0; i < 64; i += 1) await queue.next()
  return { queue, told }
}
