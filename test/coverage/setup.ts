import { takeCoverage } from 'node:v8'
import { afterAll } from 'vitest'

// vitest ends its workers by SIGTERM, after which nobody writes down what was counted, and soon by
// SIGKILL, which may come before all is written. The addon's counts are written at the exit, though;
// not before the last test, as there are some about signals.
afterAll(() => {
  takeCoverage()
  process.once('SIGTERM', () => process.exit())
})
