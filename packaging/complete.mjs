// Refuses to publish a package that nobody can be asked about, or that lacks an addon or a keeper, or has one that would
// not work everywhere. `npm pack` only warns.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { faultsOf, keeperFaults } from './requirements.mjs'
import { fileOf, keeperOf, targets } from './targets.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
/** The fields of package.json that only the package's owner knows. */
const OWNERS = ['repository', 'homepage', 'bugs', 'author']

/** What package.json lacks, in one line. */
function missingFields(manifest) {
  const missing = OWNERS.filter((name) => !manifest[name])
  return missing.length === 0
    ? []
    : [`package.json lacks ${missing.join(', ')}: its owner adds them`]
}

/** What is wrong with the compiled files of a folder. */
function fileFaults(prebuilds) {
  return Object.entries(targets).flatMap(([name, target]) => {
    const file = `${prebuilds}/${fileOf(target)}`
    const linux = target.platform === 'linux'
    const faults = existsSync(file) ? (linux ? faultsOf(file, target) : []) : ['is missing']
    const keeper = keeperOf(target)
    if (keeper !== undefined) faults.push(...keeperFaults(`${prebuilds}/${keeper}`, target.arch))
    return faults.map((fault) => `${name}: ${fault}`)
  })
}

const { values } = parseArgs({ options: { warn: { type: 'boolean' } } })
if (values.warn) {
  // Without objdump: a machine that packs may have no compiler.
  const missing = Object.entries(targets).filter(
    ([, target]) => !existsSync(`${root}prebuilds/${fileOf(target)}`),
  )
  const names = missing.map(([name]) => name).join(', ')
  if (names !== '')
    console.error(`sexton: warning: the package has no addon for ${names}: npm run prebuild`)
} else {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const faults = [...missingFields(manifest), ...fileFaults(`${root}prebuilds`)]
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
}
