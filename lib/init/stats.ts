import { originOf } from '../reaping/channels.js'
import type { Death } from '../reaping/observers.js'
import { channel } from './channels.js'

// The children that this process has reaped because nobody else would have.

const reaped = { adopted: 0, abandoned: 0 }

/** Counts deaths, and publishes those that are about to be reaped. */
export const counting = {
  before(death: Death): void {
    if (!channel.adopted.hasSubscribers || originOf(death) !== 'adopted') return
    const name = death.name()
    channel.adopted.publish({ pid: death.pid, ...(name !== undefined && { name }) })
  },

  after(death: Death): void {
    const origin = originOf(death)
    if (origin !== undefined) reaped[origin] += 1
  },
}

/** How many have been reaped, in all and by origin. */
export function reapedCounts(): { reaped: number; adopted: number; abandoned: number } {
  return { reaped: reaped.adopted + reaped.abandoned, ...reaped }
}
