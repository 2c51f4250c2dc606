import type { Death } from '../reaping/observers.js'
import { channel } from './channels.js'

// The children that this process has reaped because nobody else would have, counted and published.

const reaped = { adopted: 0, abandoned: 0 }

function originOf(death: Death): keyof typeof reaped {
  return death.owner === 'abandoned' ? 'abandoned' : 'adopted'
}

/** Counts and publishes deaths. */
export const counting = {
  before(death: Death): void {
    if (originOf(death) !== 'adopted' || !channel.adopted.hasSubscribers) return
    const name = death.name()
    channel.adopted.publish({ pid: death.pid, ...(name !== undefined && { name }) })
  },

  after(death: Death): void {
    const origin = originOf(death)
    reaped[origin] += 1
    if (channel.reaped.hasSubscribers) channel.reaped.publish({ status: death.status, origin })
  },
}

/** How many have been reaped, in all and by origin. */
export function reapedCounts(): { reaped: number; adopted: number; abandoned: number } {
  return { reaped: reaped.adopted + reaped.abandoned, ...reaped }
}
