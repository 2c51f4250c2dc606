import { defineConfig } from 'vitest/config'
import { calibrate, patience } from './test/pace.mjs'

const soak = process.env.SEXTON_SOAK === '1'
calibrate()

export default defineConfig({
  test: {
    include: soak ? ['test/soak/**/*.test.ts'] : ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // A message alone has to tell what was wrong: a round's report has no more.
    chaiConfig: { truncateThreshold: 2000 },
    pool: 'forks',
    // One more than the cores of a small machine: a third of the time tests wait. With yet more of them a loaded
    // machine would be all that they show.
    maxWorkers: soak ? 1 : 3,
    testTimeout: patience(soak ? 600_000 : 60_000),
    hookTimeout: patience(60_000),
  },
})
