import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { lacks } from '../needs.js'
import { patience } from '../pace.mjs'
import { asPid1, run } from '../program.js'
import { under } from './running.js'

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const PNG = '89 50 4e 47 0d 0a 1a 0a'
const TIMES = 10

const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

describe.skipIf(lacks('chromium'))('Headless Chromium under pid1 as PID 1', () => {
  it('takes ten screenshots: no zombie after any, every exit code right', {
    timeout: patience(180_000),
  }, async () => {
    const command = under('--', 'sh', fixture('chromium.sh'), String(TIMES), fixture('page.html'))
    const { code, stdout } = await run(command, { prefix: asPid1, timeout: 170_000 })
    const line = `code=0 zombies=0 picture= ${PNG}`
    expect(stdout.trim().split('\n')).toEqual(new Array(TIMES).fill(line))
    expect(code).toBe(7)
  })

  it('is the command itself: its exit code is that of pid1', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sexton-chromium-'))
    try {
      const picture = join(directory, 'page.png')
      const where = [`--user-data-dir=${join(directory, 'profile')}`, `--screenshot=${picture}`]
      const command = ['chromium', ...flags, ...where, `file://${fixture('page.html')}`]
      expect(await run(under('--', ...command), { prefix: asPid1 })).toMatchObject({ code: 0 })
      expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG')
      const wrong = ['chromium', ...flags, '--headless=no-such-mode', '--version']
      const alone = await run(wrong)
      expect((await run(under('--', ...wrong), { prefix: asPid1 })).code).toBe(alone.code)
    } finally {
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
    }
  })
})
