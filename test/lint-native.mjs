// Checks the native sources' layout. clang-format is a system package (see .ci/run).

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../native', import.meta.url))
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(cc|h)$/.test(name))
  .map((name) => join(folder, name))

const { status, error } = spawnSync('clang-format', ['--dry-run', '--Werror', ...sources], {
  stdio: 'inherit',
})
if (error) console.error(`clang-format cannot be run: ${error.message}`)
process.exitCode = status ?? 1
