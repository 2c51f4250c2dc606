import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { lacks } from '../needs.js'
import { asPid1, run } from '../program.js'
import { under } from './running.js'

const script = fileURLToPath(new URL('fixtures/git-gc.sh', import.meta.url))

describe.skipIf(lacks('git'))('git under pid1 as PID 1', () => {
  it('collects garbage in the background, by an orphan', async () => {
    const { code, stdout, stderr } = await run(under('--', 'sh', script), { prefix: asPid1 })
    expect(stdout).toContain('in background')
    expect(stdout).toMatch(/\ncode: 0\npacked: 100\d\nzombies: 0\n$/)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})
