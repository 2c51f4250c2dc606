// Reaping, the whole strategy. A dead child stays a zombie until somebody takes its status, which can be done once.
//
// - Observers ask for deaths and look at them. They never reap. Nothing is taken that nobody asks for, so the
//   kernel's table of zombies is the queue.
// - Wakeups decide when to look. SIGCHLD says only that something may have happened, so a look goes on until nothing
//   is left or its Budget is spent, and returns when to look again.
// - Two strategies look: `Orphans` takes what is nobody's, `All` takes everything. `ownerOf()` tells whose a child
//   is, and only the `take` and `discard` functions of the reaper take a status.
// - Another addon may own a dead child. Such Suspects are left alone for a delay.
// - The head of the line: waitid(2) names the same dead child until it is reaped, so a child that must be left alone
//   hides all others. `Orphans` then lists the children in /proc and looks at each.

import { onAbort, reasonOf } from '../base/abort.js'
import { hold } from '../base/process-life.js'
import { All } from './all.js'
import { Budget } from './budget.js'
import { type Observer, observers, type ZombieScope } from './observers.js'
import { Orphans } from './orphans.js'
import { heedObservers } from './reaper.js'
import { type Next, sooner, Wakeups } from './wakeups.js'
import { forgetGoneWorkerChildren } from './workers.js'

/** Reaps for all observers of this thread. */
class ReapLoop {
  readonly #all = new All()
  readonly #orphans = new Orphans()
  readonly #wakeups = new Wakeups((busyFor) => this.#look(busyFor), forgetGoneWorkerChildren)

  get suspects(): Orphans['suspects'] {
    return this.#orphans.suspects
  }

  observe(observer: Observer): () => void {
    if (typeof observer.scope !== 'number') this.#wakeups.listen()
    observers.add(observer)
    heedObservers(typeof observer.scope === 'number' ? observer.scope : undefined)
    return () => {
      observers.remove(observer)
      heedObservers()
      if (!observers.any) this.#wakeups.stop()
    }
  }

  lookSoon(): void {
    this.#wakeups.soon()
  }

  reapNow(scope: ZombieScope): void {
    if (scope === 'all') this.#all.reapNow()
    else this.#orphans.reapNow()
  }

  report(pid: number): void {
    if (!this.#orphans.reapReported(pid)) this.#wakeups.soon()
  }

  #look(busyFor: number): Next {
    const all: Next =
      observers.wanted('all') > 0 ? this.#all.reap() : { again: 'on-signal', quietFor: 0 }
    const orphans = this.#orphans.reap(new Budget(observers.wanted('adopted'), busyFor))
    observers.rested()
    return sooner(all, orphans)
  }
}

const loop = new ReapLoop()

/** The dead children of this thread that are being left alone now. */
export const suspects = loop.suspects

/**
 * Registers an observer. Deaths are heard of from now on; `lookSoon()` looks for those before.
 *
 * @returns Takes the observer away again.
 */
export function observe(observer: Observer): () => void {
  return loop.observe(observer)
}

/** Reaps in the next turn of the event loop what observers ask for by then. */
export function lookSoon(): void {
  loop.lookSoon()
}

/** Reaps all that are dead by now, except what another addon may own. */
export function reapNow(scope: ZombieScope): void {
  loop.reapNow(scope)
}

/** Tells that a wait has seen this process dead: it is reaped now if it is nobody's, or later, or never. */
export function reportDeath(pid: number): void {
  loop.report(pid)
}

/** Waits until all suspects of this moment have been reaped, here or by their owners. */
export async function awaitSuspects(signal?: AbortSignal): Promise<void> {
  const anyLeft = suspects.watch()
  if (!anyLeft()) return
  const release = hold()
  let ignoreSignal = () => {}
  let close = () => {}
  try {
    await new Promise<void>((resolve, reject) => {
      const rested = () => anyLeft() || resolve()
      close = observe({ scope: 'adopted', wants: () => Number.POSITIVE_INFINITY, rested })
      ignoreSignal = onAbort(signal, () => reject(reasonOf(signal)))
      lookSoon()
    })
  } finally {
    release()
    close()
    ignoreSignal()
  }
}
