import type { Scene } from './scene.js'
import type { Mode, Options, Peer } from './subject.js'

/** What a peer does: the same as pid1, or something else, and why pid1's way is better. */
export type Verdict = 'same' | 'not offered' | { sees: string; better: string }

/** One line of the table: what is looked at, and what is seen of each init. */
export interface Case {
  /** Unique, and short: it names the row. */
  title: string
  /** The weaknesses of peers that it shows, by their numbers in the reference. */
  shows?: readonly string[]
  /** Default: PID 1. */
  modes?: readonly Mode[]
  options?: Options
  /** Runs an init and says in a few words what it did: alike in each of the modes. */
  observe(scene: Scene): Promise<string>
  /** What is seen of pid1. */
  pid1: string
  tini: Verdict
  'dumb-init': Verdict
  catatonit: Verdict
  /** What is seen of pid1 in a peer's place, where that is not what is seen of pid1 by itself. */
  compat?: Partial<Record<Peer, string>>
}

export interface Topic {
  title: string
  cases: readonly Case[]
}

/** What should be seen of an init; `undefined` where there is nothing to look at. */
export function expected(
  { pid1, compat, ...verdicts }: Case,
  { peer, ours }: { peer: Peer | undefined; ours: boolean },
): string | undefined {
  if (peer === undefined) return pid1
  if (ours) return compat?.[peer] ?? pid1
  const verdict = verdicts[peer]
  if (verdict === 'not offered') return undefined
  return verdict === 'same' ? pid1 : verdict.sees
}
