import { foreignChildDelay } from './foreign-child-delay.mjs'
import { keeper } from './keeper.mjs'
import { limit } from './limit.mjs'
import { orphanStorm } from './orphan-storm.mjs'
import { overhead } from './overhead.mjs'
import { running } from './running.mjs'
import { shim } from './shim.mjs'
import { spawning } from './spawning.mjs'
import { standingBy } from './standing-by.mjs'
import { throughput } from './throughput.mjs'
import { watching } from './watching.mjs'

/** All benchmarks, in the order of the page. */
export const benchmarks = [
  ...[watching, spawning, throughput, running, keeper, shim, limit],
  ...[orphanStorm, standingBy, overhead, foreignChildDelay],
]
