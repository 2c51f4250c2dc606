import { constants } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { monotonicNow } from '../base/time.js'

// Errors that time may mend: the disk, the quota, the table of descriptors or the memory is full.
const { ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM } = constants.errno
const PASSING: readonly (number | undefined)[] = [ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM]

// Milliseconds before the second try. Each further interval is twice as long.
const FIRST_INTERVAL = 50
// Milliseconds of the longest interval: as long as a manager may wait for a code that there would be room for.
const LONGEST_INTERVAL = 5000
/** Milliseconds for which a file is tried that finds no room. The manager waits for it that long. */
export const PERSISTENCE = 300_000

/**
 * Does something that fails for want of room again and again. The first try comes before this function returns.
 *
 * @param act The action. It throws if it fails.
 * @param onDelay Called once, with the first failure, if there is another try.
 * @returns A promise that rejects with the last failure: of another kind, or when the time is over.
 */
export async function persist(
  act: () => void,
  onDelay: (error: unknown) => void,
  time = PERSISTENCE,
): Promise<void> {
  const end = monotonicNow() + time
  for (let interval = FIRST_INTERVAL; ; interval = Math.min(2 * interval, LONGEST_INTERVAL)) {
    try {
      return act()
    } catch (error) {
      const { errno = 0 } = error as NodeJS.ErrnoException
      if (!PASSING.includes(Math.abs(errno)) || monotonicNow() + interval > end) throw error
      if (interval === FIRST_INTERVAL) onDelay(error)
    }
    await delay(interval)
  }
}
