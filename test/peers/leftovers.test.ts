import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { programs } from '../escapes/verdicts.js'
import { lacks, lacksPackages } from '../needs.js'
import { root } from '../program.js'
import { programFile } from '../program-file.js'
import { installPeers } from './installed.mjs'
import { ENDERS, insertLeftovers, LEFTOVERS } from './leftovers.js'

const DOCUMENT = join(root, 'docs', 'jobs.md')
const isUpdate = process.env.SEXTON_UPDATE_DOCS === '1'

let node = ''
const isMissing =
  lacks('ps') ||
  lacksPackages('those of test/peers', () => {
    node = installPeers()
  })

type Program = typeof import('./leftovers.program.js')
const file = await programFile<Program>('./leftovers.program.ts', import.meta.url)
const enders = new URL('enders.mjs', import.meta.url).href

const counts = new Map<string, readonly number[]>()

describe.skipIf(isMissing)('What is left of a command that is ended', () => {
  const rows = LEFTOVERS.map((one) => [one.name, one.left] as const)

  it.each(rows)('is counted: %s', async (name, left) => {
    const counted: number[] = []
    for (const [i, subject] of ENDERS.entries()) {
      const options = { program: programs.escapes, expected: left[i] as number }
      const args = [enders, subject, name, options] as const
      counted.push(await file.evaluate('leftBy', [...args], { node: [node] }))
    }
    counts.set(name, counted)
    expect(counted).toEqual(left)
  })

  it('is in docs/jobs.md as it was counted', () => {
    const document = readFileSync(DOCUMENT, 'utf8')
    const wanted = insertLeftovers(document, counts)
    if (isUpdate) writeFileSync(DOCUMENT, wanted)
    else expect(document).toBe(wanted)
  })
})
