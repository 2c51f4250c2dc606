import { attempt, SextonError } from '../base/errors.js'
import { monotonicNow } from '../base/time.js'
import { readTaskChildren } from '../system/proc.js'
import { discardAny, discardEach, mayDiscard, takeAny } from './reaper.js'
import type { Next } from './wakeups.js'

// The strategy for scope 'all': reap every dead child, for a process that has no other spawner.
//
// Where nobody looks at deaths they are discarded, in storms of thousands too. The kernel finds a dead child by
// walking past the older ones that live, and every process that dies waits for the lock that it holds meanwhile:
// in a storm the walks take longer than the deaths, and so do the wake-ups. So while walks are long, this
// strategy asks every few milliseconds, and by known pids.

// Milliseconds from one round of questions to the next: the first rest of a storm, and the longest.
const FIRST_REST = 1
const LONGEST_REST = 5
// Milliseconds for which a storm has short rests while walks are short. A storm of a hundred is over by then: it would end
// within a longer rest, and its last zombies would wait for the end of that.
const SHORT_STORM = 20
// Milliseconds without a walk after which a storm is over: the next one begins with the first rest.
const CALM = 20
// Rounds until the next walk, which tells whether the storm is over.
const WALK_EVERY = 10
// Milliseconds before the child list is read again, to pick up new children.
const READ_AGAIN_AFTER = 1000

const NOW: Next = { again: 'now', quietFor: 0 }
const SHORTLY: Next = { again: FIRST_REST, quietFor: FIRST_REST }
const ON_SIGNAL: Next = { again: 'on-signal', quietFor: 0 }

/** Reaps dead children, whoever owns them. */
export class All {
  /** The known pids while walks are long. */
  #children: Float64Array | undefined
  #next = 0
  #readAt = 0
  #rounds = 0
  #walkedAt = 0
  #begunAt = 0
  /** Milliseconds of the next rest. */
  #rest = FIRST_REST

  /**
   * Reaps a batch.
   *
   * @returns When to look again.
   */
  reap(): Next {
    if (!mayDiscard()) {
      this.#children = undefined
      return takeAny() ? NOW : ON_SIGNAL
    }
    if (this.#children !== undefined) {
      this.#children = this.#askSome(this.#children)
      this.#rounds += 1
      if (this.#rounds % WALK_EVERY !== 0) return this.#takeRest()
    }
    return this.#walk()
  }

  /** Reaps all that are dead by now. */
  reapNow(): void {
    if (!mayDiscard()) {
      while (takeAny());
      return
    }
    let left = discardAny()
    while (left === 'some') left = discardAny()
    const pids = left === 'costly' ? this.#readChildren() : undefined
    if (pids === undefined) return
    for (let from = 0; from < pids.length; ) from = discardEach(pids, from)
  }

  #walk(): Next {
    const now = monotonicNow()
    const pause = now - this.#walkedAt
    this.#walkedAt = now
    if (pause > CALM) {
      this.#rest = FIRST_REST
      this.#begunAt = now
    }
    const left = discardAny()
    if (left === 'some') return NOW
    if (left === 'none') this.#children = undefined
    else this.#children ??= this.#readChildren()
    if (this.#children !== undefined) return this.#takeRest()
    if (left === 'costly') return NOW
    if (pause >= 1) return ON_SIGNAL
    return now - this.#begunAt < SHORT_STORM ? SHORTLY : this.#takeRest()
  }

  #takeRest(): Next {
    const rest = this.#rest
    this.#rest = Math.min(rest * 2, LONGEST_REST)
    return { again: rest, quietFor: rest }
  }

  #askSome(known: Float64Array): Float64Array | undefined {
    let pids: Float64Array | undefined = known
    if (this.#next >= known.length) {
      this.#next = 0
      const isOld = monotonicNow() - this.#readAt > READ_AGAIN_AFTER
      pids = isOld ? this.#readChildren() : known.filter((pid) => pid !== 0)
    }
    if (pids !== undefined) this.#next = discardEach(pids, this.#next)
    return pids
  }

  // Undefined where the list cannot be read, or the kernel was built without CONFIG_PROC_CHILDREN.
  #readChildren(): Float64Array | undefined {
    this.#next = 0
    this.#readAt = monotonicNow()
    const pids = attempt(() => readTaskChildren(process.pid, process.pid))
    return pids === undefined || pids instanceof SextonError ? undefined : Float64Array.from(pids)
  }
}
