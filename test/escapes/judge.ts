import { type ProgramOptions, programFile } from '../program-file.js'
import type { Verdict } from './trial.program.js'
import type { Level, Trial } from './trials.js'
import { programs } from './verdicts.js'

const file = await programFile<typeof import('./trial.program.js')>(
  './trial.program.ts',
  import.meta.url,
)

/** Runs trials, some times each, in a Node that leads a session. */
export function judge(
  trials: readonly Trial[],
  level: Level,
  { rounds = 1, ...options }: ProgramOptions & { rounds?: number } = {},
): Promise<Verdict[]> {
  const own = { prefix: ['setsid'], timeout: 50_000, ...options }
  return file.evaluate('judge', [trials, level, rounds, programs], own)
}
