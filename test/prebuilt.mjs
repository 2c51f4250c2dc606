// Tries the prebuilt addon for this machine, where there need be no more than Node: Alpine, macOS.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Elsewhere than on Linux, and for others than root, there is less to try.
const PARTS =
  process.platform === 'linux'
    ? ['spawn', 'failures', 'raw', 'strangers', 'orphans', 'signals', 'workers']
    : ['failures', 'strangers']

const root = fileURLToPath(new URL('..', import.meta.url))
const exercise = join(root, 'test', 'native', 'fixtures', 'exercise.mjs')

// In a copy, as what was compiled here would come first.
const folder = mkdtempSync(join(tmpdir(), 'sexton-prebuilt-'))
try {
  for (const name of ['dist', 'prebuilds', 'package.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const command = [exercise, folder, ...PARTS]
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' })
  console.log(stdout, stderr)
  const results = JSON.parse(stdout)
  if (PARTS.some((part) => results[part] !== true)) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
