import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { root, run } from '../program.js'

/**
 * Builds the addon in a copy of the package, with variables of binding.gyp set, so that the build that
 * all other tests run on stays as it is. Gives the copy's folder, which goes with the test.
 */
export async function buildCopy(variables: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-build-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['binding.gyp', 'native', 'package.json', 'dist']) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const gyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  const command = [process.execPath, gyp, 'rebuild', '-j', '2', ...headers()]
  const prefix = ['env', '--chdir', folder]
  const { code, stdout, stderr } = await run([...command, '--', ...variables], {
    prefix,
    timeout: 90_000,
  })
  if (code !== 0) throw new Error(`the build failed:\n${stdout}\n${stderr}`)
  return folder
}

/** Node's own headers where they came with it; else node-gyp looks for them, and may download them. */
function headers(): string[] {
  const prefix = dirname(dirname(process.execPath))
  const found = existsSync(join(prefix, 'include', 'node', 'common.gypi'))
  return found ? ['--nodedir', prefix] : []
}

/** What the exercise program prints of its parts, by name: `true`, or what was wrong. */
export type Exercise = Record<string, unknown>

/** The exercise program, which takes the folder of a build and the parts to run. */
export function exercise(folder: string, ...parts: readonly string[]): string[] {
  const program = fileURLToPath(new URL('fixtures/exercise.mjs', import.meta.url))
  return [process.execPath, program, folder, ...parts]
}
