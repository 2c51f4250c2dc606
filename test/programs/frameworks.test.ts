import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { lacks } from '../needs.js'
import { patience } from '../pace.mjs'
import { asPid1, nodeWithInit, run } from '../program.js'

// sexton/init beside what else starts processes in a Node program: each gets the codes of its own
// children, and what those leave behind is reaped.

const drive = fileURLToPath(new URL('fixtures/frameworks/drive.mjs', import.meta.url))
const TIMEOUT = 110_000

interface Verdict {
  result: boolean
  zombies: number
  clean: boolean
}

// Removed when the namespace has ended: until then a killed browser's processes may still write.
const TMPDIR = mkdtempSync(join(tmpdir(), 'sexton-frameworks-'))
afterAll(() => rmSync(TMPDIR, { recursive: true }))

async function verdict(name: string, node: readonly string[]): Promise<Verdict> {
  const command = [...node, drive, name]
  const outcome = await run(command, { prefix: asPid1, timeout: TIMEOUT, env: { TMPDIR } })
  if (outcome.code !== 0) throw new Error(JSON.stringify(outcome, null, 2))
  return JSON.parse(outcome.stdout.trim().split('\n').at(-1) as string) as Verdict
}

const FRAMEWORKS = [
  'execa',
  'node-pty',
  'puppeteer',
  'worker_threads',
  'cluster',
  'tinypool',
  'vitest',
]

describe.each(FRAMEWORKS.filter((name) => name !== 'puppeteer' || !lacks('chromium')))(
  '%s',
  { timeout: patience(TIMEOUT) },
  (name) => {
    it('gets every exit code under sexton/init as PID 1, leaves nothing', async () => {
      expect(await verdict(name, nodeWithInit)).toEqual({ result: true, zombies: 0, clean: true })
    })

    it('leaves zombies without it: that is the problem', async () => {
      const { result, zombies } = await verdict(name, [process.execPath])
      expect(result).toBe(true)
      expect(zombies).toBeGreaterThan(0)
    })
  },
)
