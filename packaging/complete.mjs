// Refuses to publish a package that lacks an addon or a keeper, or has one that would not work everywhere.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { faultsOf, keeperFaults } from './requirements.mjs'
import { fileOf, keeperOf, targets } from './targets.mjs'

const prebuilds = fileURLToPath(new URL('../prebuilds', import.meta.url))

for (const [name, target] of Object.entries(targets)) {
  const file = `${prebuilds}/${fileOf(target)}`
  const linux = target.platform === 'linux'
  const faults = existsSync(file) ? (linux ? faultsOf(file, target) : []) : ['is missing']
  const keeper = keeperOf(target)
  if (keeper !== undefined) faults.push(...keeperFaults(`${prebuilds}/${keeper}`, target.arch))
  for (const fault of faults) console.error(`${name}: ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}
