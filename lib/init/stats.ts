import { beforeReapingAny } from '../reaping/onlookers.js'
import { ownershipOf } from '../reaping/ownership.js'
import { onReaped, ownedChild } from '../reaping/reaper.js'
import { readName } from '../system/proc.js'
import { channel, type ReapedMessage } from './channels.js'

// What this process has reaped for nobody, counted and published.

const reaped = { adopted: 0, abandoned: 0 }
let origin: ReapedMessage['origin'] = 'adopted'

/** Counts and publishes from now on. */
export function countReaped(): void {
  // Before, as whose it was is forgotten with it, and its name is gone.
  beforeReapingAny((pid) => {
    if (ownedChild(pid) !== undefined) return
    origin = ownershipOf(pid) === 'abandoned' ? 'abandoned' : 'adopted'
    if (origin === 'adopted' && channel.adopted.hasSubscribers) {
      const name = readName(pid)
      channel.adopted.publish({ pid, ...(name !== undefined && { name }) })
    }
  })
  onReaped((status, own) => {
    if (own) return
    reaped[origin] += 1
    if (channel.reaped.hasSubscribers) channel.reaped.publish({ status, origin })
  })
}

/** How many there were. */
export function reapedCounts(): { reaped: number; adopted: number; abandoned: number } {
  return { reaped: reaped.adopted + reaped.abandoned, ...reaped }
}
