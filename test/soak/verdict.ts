import { fileURLToPath } from 'node:url'
import { patience } from '../pace.mjs'
import { type RunOptions, run } from '../program.js'
import { full } from './sizes.js'

// With a small young generation the heap is at its working size after a short warm-up; V8 would go on
// to grow it to 16 MB, and how much of that is in use when someone looks is chance.
const FLAGS = ['--expose-gc', '--max-semi-space-size=1']

/** Longer than most stories take. */
const TIMEOUT = full ? 540_000 : 55_000

/** Runs a fixture in a fresh Node and gives the verdict that it prints as JSON. */
export async function verdictOf<T>(
  fixture: string,
  settings: object,
  options: RunOptions & { node?: readonly string[] } = {},
): Promise<T> {
  const { node = [process.execPath, ...FLAGS], timeout = TIMEOUT, ...rest } = options
  const path = fileURLToPath(new URL(`fixtures/${fixture}`, import.meta.url))
  // It gives up before it is killed, and says what was missing.
  const argument = JSON.stringify({ deadline: patience(timeout - 5000), ...settings })
  const outcome = await run([...node, path, argument], { timeout, ...rest })
  if (outcome.code !== 0 || outcome.signal !== null || outcome.stderr !== '') {
    throw new Error(`the fixture failed: ${JSON.stringify(outcome, null, 2)}`)
  }
  const verdict = JSON.parse(outcome.stdout) as T
  if (full) console.log(fixture, process.env.SEXTON_BACKEND ?? '', outcome.stdout.trim())
  return verdict
}
