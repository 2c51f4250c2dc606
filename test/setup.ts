import { afterEach, expect } from 'vitest'
import { descendants, openProcess } from '../lib/index.js'
import { eventually } from './eventually.js'

// No test may leave a process behind, alive or dead. What one did leave is ended after it was told of,
// so that the next test is judged for itself.
afterEach(async () => {
  try {
    await eventually(() => expect(descendants()).toEqual([]))
  } finally {
    for (const { pid, startTime, state } of descendants()) {
      if (state === 'Z') continue
      using handle = openProcess(pid, { startTime })
      handle.kill('SIGKILL')
    }
  }
})
