// Copies of the package that count what is run of them. All that tests run lies in the copy: the addon,
// the library and the programs are built in it as they are for users, but with counters and source maps.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

const PARTS = ['LICENSE', 'README.md', 'CHANGELOG.md', 'binding.gyp', 'docs', 'esbuild.mjs']
PARTS.push('examples', 'lib', 'native', 'package.json', 'test', 'tsconfig.json', 'vitest.config.ts')

/** Runs a command in `folder` to its end, and says what it said if that was no good one. */
export function run(command, folder, env = process.env) {
  const [file, ...args] = command
  const options = { cwd: folder, env, encoding: 'utf8', maxBuffer: 2 ** 30 }
  const { status, stdout, stderr } = spawnSync(file, args, options)
  if (status !== 0) throw new Error(`${command.join(' ')}:\n${stdout}\n${stderr}`)
  return stdout
}

/**
 * Copies the package to `folder` and builds it there. `dist/` is what programs import; `modules/` is all
 * of lib/ once more, one file each, for tests that load a part of it into their own process.
 */
export function buildCounted(folder, variables = []) {
  mkdirSync(folder, { recursive: true })
  for (const name of PARTS) cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const tool = (path) => [process.execPath, join(root, 'node_modules', path)]
  const gyp = [...tool('node-gyp/bin/node-gyp.js'), 'rebuild', '-j', '2', ...headers()]
  run([...gyp, '--', '-Dsexton_coverage=1', ...variables], folder)
  run([...tool('typescript/bin/tsc'), '--sourceMap'], folder)
  const compilerOptions = { outDir: 'modules', sourceMap: true, declaration: false }
  const whole = { extends: './tsconfig.json', include: ['lib'], exclude: [] }
  const config = { ...whole, compilerOptions: { ...compilerOptions, declarationMap: false } }
  writeFileSync(join(folder, 'tsconfig.modules.json'), JSON.stringify(config))
  run([...tool('typescript/bin/tsc'), '-p', 'tsconfig.modules.json'], folder)
  run([process.execPath, 'esbuild.mjs', '--source-maps'], folder)
}

// Those that came with Node, or node-gyp looks for them and may download them.
function headers() {
  const prefix = dirname(dirname(process.execPath))
  const found = existsSync(join(prefix, 'include', 'node', 'common.gypi'))
  return found ? ['--nodedir', prefix] : []
}
