import type { SextonError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { stepFailure } from './spawn-failure.js'

// A birth is the time from clone to exec. `spawn` does not wait for its end where that is safe: see
// native/spawn/births.h. The kernel tells the end by a word of memory, and no descriptor becomes readable then. So
// nobody is told of a success, which is over before most programs ask. A failed birth is known by its exit.

// Milliseconds for which the event loop may be held until a birth is over. It takes a fraction of one. A child that is
// stopped or frozen before exec may take for ever.
const PATIENCE = 50

const UNDER_WAY = 0
const FAILED = 2

const report = new Int32Array(2)

/** The birth of a child. */
export class Birth {
  /** The number by which the addon knows it. */
  readonly #number: number
  readonly #pathOf: (step: string) => { path?: string }
  #isUnderWay: boolean
  #failure: SextonError | undefined

  /**
   * @param number What the native `spawn` has returned; 0 if the birth is over.
   * @param pathOf Gives the path that belongs to a failed step.
   */
  constructor(number: number, pathOf: (step: string) => { path?: string }) {
    this.#number = number
    this.#pathOf = pathOf
    this.#isUnderWay = number !== 0
    if (this.#isUnderWay) lookBeforeExit()
  }

  /** Whether it is under way. */
  get isUnderWay(): boolean {
    if (this.#isUnderWay) this.#look(0)
    return this.#isUnderWay
  }

  /** Why it has failed; `undefined` if it has not, or not yet. */
  get failure(): SextonError | undefined {
    if (this.#isUnderWay) this.#look(0)
    return this.#failure
  }

  /**
   * Holds the event loop until it is over, or until the child must be stopped or frozen.
   *
   * @returns Why it has failed; `undefined` if it has not.
   */
  settle(): SextonError | undefined {
    if (this.#isUnderWay) this.#look(PATIENCE)
    return this.#failure
  }

  /**
   * The child is dead, so its birth is over.
   *
   * @returns Why it has failed; `undefined` if it has not.
   */
  end(): SextonError | undefined {
    // A birth that was looked at before needs no call, and neither does one that was awaited.
    if (!this.#isUnderWay && this.#failure === undefined) return undefined
    if (binding.forgetBirth(this.#number, report)) this.#fail()
    this.#isUnderWay = false
    return this.#failure
  }

  #look(patience: number): void {
    const state = binding.birthState(this.#number, patience, report)
    if (state === FAILED) this.#fail()
    this.#isUnderWay = state === UNDER_WAY
  }

  #fail(): void {
    const [errno, step] = report as unknown as [number, number]
    const name = binding.spawnSteps[step] as string
    this.#failure ??= stepFailure(name, errno, this.#pathOf(name))
  }
}

let looks = false

// A failure must not be lost because nobody awaits the child and nothing else keeps this process alive.
function lookBeforeExit(): void {
  if (looks) return
  looks = true
  process.on('beforeExit', () => {
    if (binding.awaitBirths(PATIENCE) > 0) setTimeout(() => {}, 1) // until its exit is noticed
  })
}
