import { defineConfig } from 'vitest/config'

const soak = process.env.SEXTON_SOAK === '1'

export default defineConfig({
  test: {
    include: soak ? ['test/soak/**/*.test.ts'] : ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // Signals and exits are timed by a loaded machine too, but two cores cannot run more than this.
    maxWorkers: soak ? 1 : 2,
    testTimeout: soak ? 600_000 : 60_000,
    hookTimeout: 60_000,
  },
})
