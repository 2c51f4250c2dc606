import type { Scene } from './scene.js'
import type { Offer, WholeSubject } from './subject.js'

/** One row of the table: what is looked at, and what is seen of each library. */
export interface Behaviour {
  /** Unique, and short: it names the row. */
  title: string
  /** The functions that it is about. A library without one of them has nothing to look at. */
  needs?: readonly Offer[]
  /** Runs commands by a library, and says in a few words what it did. */
  observe(subject: WholeSubject, scene: Scene): Promise<string>
  /** Its times or its memory do not bear that the libraries run beside each other. */
  alone?: true
  /** What is seen of sexton. */
  sexton: string
  /** What is seen of others, each with the reason why sexton's way is better. */
  worse?: Readonly<Record<string, string>>
}

export interface Topic {
  title: string
  behaviours: readonly Behaviour[]
}

export const NOT_OFFERED = 'not offered'
