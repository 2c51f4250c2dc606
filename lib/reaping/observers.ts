import type { ExitStatus } from '../exit/exit-status.js'
import { readName } from '../system/proc.js'
import { publish } from './channels.js'
import type { Owner } from './ownership.js'

/** Which dead children a `Zombies` reaps. */
export type ZombieScope = 'adopted' | 'all'

/** The death of a child that is about to be reaped here, or has been. */
export class Death {
  readonly pid: number
  /** The party that had to reap it. */
  readonly owner: Owner
  #status: ExitStatus
  #name: string | undefined
  #isNameKnown = false

  constructor(pid: number, owner: Owner, status: ExitStatus) {
    this.pid = pid
    this.owner = owner
    this.#status = status
  }

  /** How it ended. */
  get status(): ExitStatus {
    return this.#status
  }

  /**
   * The name of its command. `/proc` has it until the child is reaped, so an observer must ask for it in `before`.
   *
   * @returns What the first call has read; `undefined` if it came too late, or `/proc` could not be read.
   */
  name(): string | undefined {
    if (!this.#isNameKnown) this.#name = readName(this.pid)
    this.#isNameKnown = true
    return this.#name
  }

  /** For the reaper: the status was taken. From now on the pid may be another process's. */
  taken(status: ExitStatus): void {
    this.#status = status
    this.#isNameKnown = true
  }
}

/** Somebody who asks for dead children, or looks at them, or both. */
export interface Observer {
  /** Whose deaths: those of nobody's children, those of all children, or that of the one child with this pid. */
  readonly scope: ZombieScope | number
  /** How many deaths it asks for now: 0 for none, `Infinity` for all. Nothing is reaped that nobody asks for. */
  wants(): number
  /** Sees a death before the status is taken. With this, deaths are taken one by one. */
  before?(death: Death): void
  /**
   * Sees a death after the status was taken. Where no observer has `before` or `after`, a storm of deaths costs little
   * more than its system calls.
   */
  after?(death: Death): void
  /** Hears that a look is over, whatever it found. */
  rested?(): void
}

/** Everyone who observes deaths in this thread. */
class Observers {
  readonly #ofMany = new Set<Observer>()
  /** Apart from the others: there may be thousands, and each death must find its own at once. */
  readonly #ofOne = new Map<number, Set<Observer>>()

  /** Whether anyone sees the deaths of all owned children before they are taken. */
  lookBeforeOwned = false
  /** Whether anyone sees the deaths of all owned children at all. */
  lookAtOwned = false

  add(observer: Observer): void {
    if (typeof observer.scope === 'number') {
      this.#ofOne.set(observer.scope, this.#of(observer.scope).add(observer))
    } else {
      this.#ofMany.add(observer)
      this.#sumUp()
    }
  }

  remove(observer: Observer): void {
    if (typeof observer.scope === 'number') {
      const same = this.#of(observer.scope)
      if (same.delete(observer) && same.size === 0) this.#ofOne.delete(observer.scope)
    } else if (this.#ofMany.delete(observer)) {
      this.#sumUp()
    }
  }

  /** Whether anyone observes more than one child. */
  get any(): boolean {
    return this.#ofMany.size > 0
  }

  /** The most deaths that an observer of this scope asks for now. */
  wanted(scope: ZombieScope): number {
    let most = 0
    for (const each of this.#ofMany) if (each.scope === scope) most = Math.max(most, each.wants())
    return most
  }

  /** Whether anyone observes this child alone. */
  observe(pid: number): boolean {
    return this.#ofOne.size > 0 && this.#ofOne.has(pid)
  }

  /** Whether anyone sees deaths before they are taken. */
  get lookBefore(): boolean {
    return this.#ofOne.size > 0 || [...this.#ofMany].some(looksBefore)
  }

  /** Whether anyone sees deaths at all. */
  get look(): boolean {
    return this.#ofOne.size > 0 || [...this.#ofMany].some(looks)
  }

  before(death: Death): void {
    for (const observer of this.#concernedBy(death)) observer.before?.(death)
  }

  after(death: Death): void {
    for (const observer of this.#concernedBy(death)) observer.after?.(death)
    publish(death)
  }

  rested(): void {
    for (const observer of this.#ofMany) observer.rested?.()
  }

  *#concernedBy({ pid, owner }: Death): Iterable<Observer> {
    yield* this.#ofOne.get(pid) ?? []
    for (const observer of this.#ofMany) {
      if (concerns(observer, owner === 'sexton')) yield observer
    }
  }

  // Each exit of an owned child asks, and observers come and go seldom.
  #sumUp(): void {
    const ofOwned = [...this.#ofMany].filter((observer) => concerns(observer, true))
    this.lookBeforeOwned = ofOwned.some(looksBefore)
    this.lookAtOwned = ofOwned.some(looks)
  }

  #of(pid: number): Set<Observer> {
    return this.#ofOne.get(pid) ?? new Set()
  }
}

function looksBefore({ before }: Observer): boolean {
  return before !== undefined
}

function looks({ before, after }: Observer): boolean {
  return before !== undefined || after !== undefined
}

// Observers of adopted children see no death of an owned one.
function concerns({ scope }: Observer, isOwned: boolean): boolean {
  return scope === 'all' || !isOwned
}

export const observers = new Observers()
