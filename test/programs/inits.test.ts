import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../program.js'
import { type Case, expected } from './inits/case.js'
import { topics } from './inits/cases.js'
import { readings } from './inits/reading.js'
import { stage } from './inits/staging.js'
import { commandOf, type Mode, modes, peers, type Subject, subjects } from './inits/subject.js'
import { insert, render } from './inits/table.js'

// pid1 in a peer's place differs from pid1 by its defaults, not by where it runs: one mode tells.
function modesFor(subject: Subject, { modes: of = [modes.pid1], options = {} }: Case): Mode[] {
  const offered = of.filter((mode) => commandOf(subject, mode, options) !== null)
  return subject.ours && subject.peer !== undefined ? offered.slice(0, 1) : offered
}

function testCase(subject: Subject, one: Case) {
  const sees = expected(one, subject)
  if (sees === undefined) return
  for (const mode of modesFor(subject, one)) {
    const words = commandOf(subject, mode, one.options ?? {}) ?? []
    it(`${one.title} (${mode.name}): ${sees}`, async () => {
      expect(await one.observe(stage(subject, mode, words, sees))).toBe(sees)
    })
  }
}

for (const subject of subjects) {
  describe.runIf(subject.installed)(subject.name, () => {
    for (const { title, cases } of topics) {
      describe(`${title}:`, () => {
        for (const one of cases) testCase(subject, one)
      })
    }
  })
}

describe('The table', () => {
  const cases = topics.flatMap((topic) => topic.cases)

  it('has a case for every weakness of the peers, or says that it is from reading', () => {
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

  it('is in docs/pid1.md as the cases have it', () => {
    const path = join(root, 'docs', 'pid1.md')
    const document = existsSync(path) ? readFileSync(path, 'utf8') : '# pid1\n'
    const wanted = insert(document, render(topics))
    if (process.env.SEXTON_UPDATE_DOCS === '1') writeFileSync(path, wanted)
    else expect(document).toBe(wanted)
  })
})
