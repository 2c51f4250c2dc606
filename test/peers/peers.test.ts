import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lacksPackages } from '../needs.js'
import { patience } from '../pace.mjs'
import { root } from '../program.js'
import { NOT_OFFERED } from './behaviour.js'
import { installPeers } from './installed.mjs'
import { measure, type Row } from './measuring.js'
import { subjects } from './subject.js'
import { insert, render } from './table.js'
import { behaviours, topics } from './topics.js'

const DOCUMENT = join(root, 'docs', 'running-peers.md')
const isUpdate = process.env.SEXTON_UPDATE_DOCS === '1'

let node = ''
const isMissing = lacksPackages('those of test/peers', () => {
  node = installPeers()
})

const rows = new Map<string, Row>()

describe.skipIf(isMissing).each([...topics])('$title', ({ behaviours }) => {
  const named = behaviours.map((one) => [one.title, one] as const)
  it.each(named)('has no better library: %s', { timeout: patience(120_000) }, async (_, one) => {
    const row = await measure(one, node)
    rows.set(one.title, row)
    expect(row.sexton).toBe(one.sexton)
    for (const name of subjects) {
      const known = [one.sexton, NOT_OFFERED, ...Object.keys(one.worse ?? {})]
      expect(known, `${name}: what is seen, and why sexton is better`).toContain(row[name])
    }
  })
})

describe.skipIf(isMissing)('The table of libraries that run commands', () => {
  it('has each title once', () => {
    const titles = behaviours.map(({ title }) => title)
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([])
  })

  it('gives no reason for what is seen of no library', () => {
    const idle = behaviours.flatMap(({ title, worse = {} }) => {
      const seen = Object.values(rows.get(title) ?? {})
      return Object.keys(worse).filter((verdict) => rows.has(title) && !seen.includes(verdict))
    })
    expect(idle).toEqual([])
  })

  it('is in docs/running-peers.md as it was measured', () => {
    const document = readFileSync(DOCUMENT, 'utf8')
    const wanted = insert(document, render(topics, rows))
    if (isUpdate) writeFileSync(DOCUMENT, wanted)
    else expect(document).toBe(wanted)
  })
})
