import { afterEach, expect } from 'vitest'
import { descendants } from '../lib/index.js'
import { eventually } from './eventually.js'

// No test may leave a process behind, alive or dead.
afterEach(async () => {
  await eventually(() => expect(descendants()).toEqual([]))
})
