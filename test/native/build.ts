import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { buildAddon } from '../build-addon.mjs'

/**
 * Builds the addon in a copy of the package, with variables of binding.gyp set, so that the build that
 * all other tests run on stays as it is. Gives the copy's folder, which goes with the test.
 */
export async function buildCopy(variables: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-build-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  await buildAddon(folder, variables, ['dist'])
  return folder
}

/** What the exercise program prints of its parts, by name: `true`, or what was wrong. */
export type Exercise = Record<string, unknown>

/** The exercise program, which takes the folder of a build and the parts to run. */
export function exercise(folder: string, ...parts: readonly string[]): string[] {
  const program = fileURLToPath(new URL('fixtures/exercise.mjs', import.meta.url))
  return [process.execPath, program, folder, ...parts]
}
