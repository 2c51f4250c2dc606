import { describe, expect, it } from 'vitest'
import { type Case, expected } from './inits/case.js'
import { topics } from './inits/cases.js'
import { stage } from './inits/staging.js'
import { commandOf, type Mode, modes, type Subject, subjects } from './inits/subject.js'

// pid1 in a peer's place differs from pid1 by its defaults, not by where it runs: one mode tells.
function modesFor(subject: Subject, { modes: of = [modes.pid1] }: Case): readonly Mode[] {
  const offered = of.filter((mode) => commandOf(subject, mode, {}) !== null)
  return subject.ours && subject.peer !== undefined ? offered.slice(0, 1) : offered
}

function testCase(subject: Subject, one: Case) {
  const sees = expected(one, subject)
  if (sees === undefined) return
  for (const mode of modesFor(subject, one)) {
    const words = commandOf(subject, mode, one.options ?? {})
    if (words === null) continue
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
