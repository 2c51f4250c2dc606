import { rehearseExit } from '../exit/pidfd.js'
import { OwnedChild } from './owned-child.js'

// The first exit in the life of a process ran code that V8 had not compiled yet: 0.6 ms, while Node's own code for an
// exit is in its snapshot. So that code runs in advance, for a child that does not exist. The code by which
// `spawn()` and `waitForExit()` wait for a child runs with it, as it takes two thirds of the time.

// Milliseconds after the first spawn. Children that end sooner would wait for the rehearsal, which needs the processor
// that they start on.
const DELAY = 50

// How often it runs. Until then V8 only counts the calls of a function; afterwards it remembers what the function has met,
// and exits take two thirds of the time. All rounds together take two milliseconds.
const ROUNDS = 20

/** A pid that no process has, and whose owned child is nobody's. */
export const NOBODY = -1

const roles: ((child: OwnedChild) => void)[] = []
let isPlanned = false

/** Lets code that waits for owned children take part: it does with the child of each round what it does with a real one. */
export function takePart(role: (child: OwnedChild) => void): void {
  roles.push(role)
}

/**
 * Runs the code of an exit, after the first call only.
 *
 * @param enroll Makes the reaper know the child. Returns false if its end could be told to somebody.
 */
export function rehearseOnce(
  reaper: ConstructorParameters<typeof OwnedChild>[2],
  enroll: (child: OwnedChild) => boolean,
): void {
  if (isPlanned) return
  isPlanned = true
  const rehearse = () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = new OwnedChild(NOBODY, -1, reaper)
      if (!enroll(child)) return
      for (const role of roles) role(child)
      rehearseExit(NOBODY, child)
    }
  }
  setTimeout(rehearse, DELAY).unref()
}
