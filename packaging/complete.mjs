// Refuses to publish a package that lacks an addon, or has one that would not load everywhere.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { faultsOf } from './requirements.mjs'
import { fileOf, targets } from './targets.mjs'

const prebuilds = fileURLToPath(new URL('../prebuilds', import.meta.url))

for (const [name, target] of Object.entries(targets)) {
  const file = `${prebuilds}/${fileOf(target)}`
  const linux = target.platform === 'linux'
  const faults = existsSync(file) ? (linux ? faultsOf(file, target) : []) : ['is missing']
  for (const fault of faults) console.error(`${name}: ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}
