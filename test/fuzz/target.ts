import type { Arbitrary } from 'fast-check'

/** What is fuzzed: where inputs come from, and what must hold for each. */
export interface Target<Input = never> {
  name: string
  /** Gives what JSON can hold, so that a failing input can be put into the corpus. */
  input: Arbitrary<Input>
  /** Throws if the input shows an error. */
  check: (input: Input) => void | Promise<void>
  /** Inputs of a slow target come in such numbers in CI; default 300. */
  runsInCi?: number
}

/** For lists of targets of different inputs. */
// biome-ignore lint/suspicious/noExplicitAny: each target's check takes what its own input gives
export type AnyTarget = Target<any>
