// Runs the suite on the addon for arm64, on Node for arm64, under an emulator:
//
//   npm run test:emulated [-- vitest's arguments…]     default: what runs in the test's own process
//
// vitest itself, which has to compile the tests, is that of this machine; the processes that run them are
// emulated. So are Nodes that a test starts; of them each takes seconds, so tests that start many are left
// out. QEMU 7.2 refuses CLONE_PIDFD, without which the pidfd back-end starts no child, and subreapers, and
// workers crash in it: so this is the back-end that it allows, and tests of these are left out, too.

import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../build-addon.mjs'
import { runGuarded } from '../guarded.mjs'
import { nodeOf } from '../node-versions.mjs'

const EMULATOR = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'] // Node's libraries, with the compiler

const require = createRequire(import.meta.url)

const folder = mkdtempSync(join(tmpdir(), 'sexton-emulated-'))
try {
  // Without the addon of this machine in build/.
  for (const name of [
    'dist',
    'lib',
    'test',
    'prebuilds',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
  ])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const node = join(folder, 'bin', 'node')
  mkdirSync(join(folder, 'bin'))
  const command = [...EMULATOR, nodeOf('20', 'arm64')].map((word) => `'${word}'`).join(' ')
  writeFileSync(node, `#!/bin/sh\nexec ${command} "$@"\n`)
  chmodSync(node, 0o755)
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const config = join(folder, 'test', 'emulated', 'vitest.config.ts')
  const words = ['run', '--config', config, ...process.argv.slice(2)]
  const { status } = runGuarded([process.execPath, vitest, ...words], {
    cwd: folder,
    stdio: 'inherit',
    env: {
      ...process.env,
      SEXTON_BACKEND: 'sigchld',
      SEXTON_EMULATED_NODE: node,
      // Workers that bundle programs of tests look for the compiler of their own architecture.
      ESBUILD_BINARY_PATH: require.resolve(`@esbuild/linux-${process.arch}/bin/esbuild`),
    },
  })
  process.exitCode = status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
