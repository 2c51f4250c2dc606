import { describe, expect, it } from 'vitest'
import { descendants, runJob } from '../../lib/index.js'
import { programs } from '../escapes/verdicts.js'
import { eventually } from '../eventually.js'

const SCRIPT = 'sleep 1000 & exec python3 "$0" last_link exit'

describe('A process that a job keeps', () => {
  // Others of its process group were stopped when the group was orphaned, so the kernel sent SIGHUP to it.
  it('is not hung up at the end of the others', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { kept } = await runJob('sh', ['-c', SCRIPT, programs.escapes], {
        stdio: 'ignore',
        keep: ({ name }) => name === 'sleep',
      })
      for (const { name, pid } of descendants()) if (name === 'sleep') process.kill(pid, 'SIGKILL')
      expect(kept).toBe(1)
      await eventually(() => expect(descendants()).toEqual([]))
    }
  })
})
