import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../program.js'
import { topics } from './cases.js'
import { readings } from './reading.js'
import { peers } from './subject.js'
import { insert, render } from './table.js'

describe('The table', () => {
  const cases = topics.flatMap((topic) => topic.cases)

  it('has a case for every weakness of the peers, or a source for it', () => {
    const all = Object.entries({ T: 12, D: 11, C: 7, P: 6 }).flatMap(([letter, count]) =>
      Array.from({ length: count }, (_, i) => `${letter}${i + 1}`),
    )
    const shown = cases.flatMap(({ shows = [] }) => shows)
    const read = readings.map(({ number }) => number)
    expect(all.filter((number) => !shown.includes(number) && !read.includes(number))).toEqual([])
  })

  it('names no weakness of a peer that is found in none', () => {
    const letters = { tini: 'T', 'dumb-init': 'D', catatonit: 'C' }
    for (const one of cases) {
      for (const peer of peers) {
        const named = one.shows?.some((number) => number.startsWith(letters[peer])) === true
        const read = one.shows?.every((n) => readings.some(({ number }) => number === n)) === true
        if (named && !read) expect(typeof one[peer], `${one.title}: ${peer}`).toBe('object')
      }
    }
  })

  it('has each title once', () => {
    const titles = cases.map(({ title }) => title)
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([])
  })

  it('is in docs/inits.md as the cases have it', () => {
    const path = join(root, 'docs', 'inits.md')
    const document = readFileSync(path, 'utf8')
    const wanted = insert(document, render(topics))
    if (process.env.SEXTON_UPDATE_DOCS === '1') writeFileSync(path, wanted)
    else expect(document).toBe(wanted)
  })
})
