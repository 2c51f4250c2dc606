import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../compile.js'
import { patience } from '../pace.mjs'
import { asPid1, nodeWithInit, root } from '../program.js'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./unreadable-proc.program.js')>(
  './unreadable-proc.program.ts',
  import.meta.url,
)

const folder = mkdtempSync(join(tmpdir(), 'sexton-unreadable-'))
const traced = join(folder, 'traced')
beforeAll(() => compile(join(root, 'test/fixtures/traced.c'), traced, '-pthread'))
afterAll(() => rmSync(folder, { recursive: true }))

/** As PID 1 with the `/proc` of the namespace outside. */
const prefix = asPid1.filter((word) => word !== '--mount-proc')
const options = { node: nodeWithInit, prefix }

describe('sexton/init with the /proc of another PID namespace', () => {
  it('outlives an orphan that stops for a tracer, and reaps it', async () => {
    const script = `(sleep 0.2; exec ${traced} signal 0) & exit 0`
    const args = [script, 1, patience(10_000)] as const
    expect(await programs.evaluate('reapOrphans', [...args], options)).toBe(1)
  })

  it('reaps forty orphans at once, not one a second', async () => {
    const script = 'for i in $(seq 40); do sleep 0.2 & done; exit 0'
    const args = [script, 40, patience(5000)] as const
    expect(await programs.evaluate('reapOrphans', [...args], options)).toBe(40)
  })
})
