import './own-group.mjs'
import { afterEach, expect } from 'vitest'
import { descendants, openProcess, type SextonError } from '../lib/index.js'
import { eventually } from './eventually.js'

// No test may leave a process behind, alive or dead. What one did leave is ended after it was told of,
// so that the next test is judged for itself.
afterEach(async () => {
  try {
    await eventually(() => expect(descendants()).toEqual([]))
  } finally {
    for (const { pid, startTime, state } of descendants()) {
      if (state !== 'Z') end(pid, startTime)
    }
  }
})

function end(pid: number, startTime: number): void {
  try {
    using handle = openProcess(pid, { startTime })
    handle.kill('SIGKILL')
  } catch (error) {
    if ((error as SextonError).code !== 'ERR_NO_SUCH_PROCESS') throw error // it has ended by itself
  }
}
