import type { OwnedChild } from '../reaping/owned-child.js'
import { NOBODY } from '../reaping/rehearsal.js'
import { Birth } from './birth.js'
import { checkOptions } from './checked-options.js'
import { Child } from './child.js'
import { Termination } from './termination.js'

/** Does with the child of a rehearsal what `spawn()` and its caller do with a real one. */
export function rehearseEnd(owned: OwnedChild): void {
  const birth = new Birth(NOBODY, () => ({})) // no birth has such a number
  const termination = new Termination(owned, birth, checkOptions({}), () => {})
  void Child.of({ owned, birth, termination, pipes: [null, null, null] }).exited
}
