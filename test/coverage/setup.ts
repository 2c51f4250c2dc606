import { afterAll } from 'vitest'

// vitest ends its workers by SIGTERM, after which nobody writes down what was counted. Not before the
// last test, as there are some about signals.
afterAll(() => {
  process.once('SIGTERM', () => process.exit())
})
