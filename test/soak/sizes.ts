import { sized } from '../pace.mjs'

/** Small enough for every `npm test`; in full under `npm run soak`. */
export const full = process.env.SEXTON_SOAK === '1'

const small = {
  statuses: { children: sized(1600, 400), workers: 2 },
  coalescing: { children: sized(2000, 200) },
  pidReuse: { rounds: sized(2000, 1000), control: 1_000_000 },
  descriptors: { warmUp: 2000, spawns: sized(3000, 1000) },
  births: { warmUp: 1000, births: sized(2000, 500) },
  runs: { warmUp: 1000, runs: sized(1000, 400) },
  jobs: { warmUp: 300, jobs: sized(400, 100), atOnce: sized(1000, 100) },
  workerCycles: { warmUp: 40, workers: sized(200, 40) },
  init: { children: 1000, orphans: 1000, hogs: 2 },
  instants: { starts: sized(40, 10) },
  escapes: { rounds: 1, many: 100 },
  inFlight: { rounds: sized(20, 8) },
  shims: { clients: sized(200, 50), containers: sized(20, 6) },
  shimKills: { rounds: sized(6, 3) },
}

/** How much each story does. */
export const sizes: typeof small = full
  ? {
      statuses: { children: 20_000, workers: 2 },
      coalescing: { children: 2000 },
      pidReuse: { rounds: 50_000, control: 1_000_000 },
      descriptors: { warmUp: 5000, spawns: 100_000 },
      births: { warmUp: 5000, births: 1_000_000 },
      runs: { warmUp: 2000, runs: 10_000 },
      jobs: { warmUp: 1000, jobs: 10_000, atOnce: 1000 },
      workerCycles: { warmUp: 40, workers: 200 },
      init: { children: 100_000, orphans: 100_000, hogs: 4 },
      instants: { starts: 125 },
      escapes: { rounds: 200, many: 1000 },
      inFlight: { rounds: 500 },
      shims: { clients: 5000, containers: 1000 },
      shimKills: { rounds: 300 },
    }
  : small
