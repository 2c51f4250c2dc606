import { readStat } from '../../../lib/system/proc.js'
import { isZombie } from '../../../lib/system/proc-formats.js'
import { patience } from '../../pace.mjs'

const pause = new Int32Array(new SharedArrayBuffer(4))

/** Holds the event loop until all are dead, so that their exits are heard of at once. */
export function untilAllDead(pids: readonly number[]): void {
  const end = performance.now() + patience(10_000)
  for (const pid of pids) {
    for (let stat = readStat(pid); stat !== undefined && !isZombie(stat); stat = readStat(pid)) {
      if (performance.now() > end) throw new Error(`process ${pid} does not end`)
      Atomics.wait(pause, 0, 0, 1)
    }
  }
}
