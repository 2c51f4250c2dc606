// A copy of the package that counts what is run of it. All that tests run lies in the copy: the addon,
// the library and the programs are built in it as they are for users, but with counters and source maps.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildAddon, root, run } from '../build-addon.mjs'

const PARTS = [
  ...['LICENSE', 'README.md', 'CHANGELOG.md', 'docs', 'bin', 'examples', 'lib', 'test'],
  ...['esbuild.mjs', 'tsconfig.json', 'vitest.config.ts'],
]

/** What an addon is built with to count its lines. */
export const COUNTED = ['-Dsexton_coverage=1']

/**
 * Copies the package to `folder` and builds it there. `dist/` is what programs import; `modules/` is all
 * of lib/ once more, one file each, for tests that load a part of it into their own process.
 */
export async function buildCounted(folder) {
  await buildAddon(folder, COUNTED, PARTS)
  const tsc = [process.execPath, join(root, 'node_modules', 'typescript', 'bin', 'tsc')]
  // Their types, too, stay beside the modules: the documents are checked against them.
  await run([...tsc, '--sourceMap', '--declarationDir', 'dist'], folder)
  const untyped = { declaration: false, declarationDir: null }
  const compilerOptions = { outDir: 'modules', sourceMap: true, ...untyped }
  const whole = { extends: './tsconfig.json', include: ['lib'], exclude: [] }
  const config = { ...whole, compilerOptions }
  writeFileSync(join(folder, 'tsconfig.modules.json'), JSON.stringify(config))
  await run([...tsc, '-p', 'tsconfig.modules.json'], folder)
  await run([process.execPath, 'esbuild.mjs', '--source-maps'], folder)
}
