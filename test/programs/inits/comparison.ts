import { describe, expect, it } from 'vitest'
import { lacks } from '../../needs.js'
import { type Case, expected } from './case.js'
import { topics } from './cases.js'
import { stage } from './staging.js'
import { commandOf, type Mode, modes, type Subject } from './subject.js'

/** Tests that an init does in every case what the table says of it. */
export function compare(subject: Subject): void {
  const isMissing = !subject.ours && subject.peer !== undefined && lacks(subject.peer)
  for (const { title, cases } of topics) {
    describe.skipIf(isMissing)(`${subject.name}: ${title}`, () => {
      for (const one of cases) testCase(subject, one)
    })
  }
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

// pid1 in a peer's place differs from pid1 by its defaults, not by where it runs: one mode tells.
function modesFor(subject: Subject, { modes: of = [modes.pid1], options = {} }: Case): Mode[] {
  const offered = of.filter((mode) => commandOf(subject, mode, options) !== null)
  return subject.ours && subject.peer !== undefined ? offered.slice(0, 1) : offered
}
