// Other versions of Node, from the npm registry; each is downloaded once.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cache = fileURLToPath(new URL('../node_modules/.cache/node-versions', import.meta.url))

function newest(binaries, line) {
  const { stdout } = spawnSync('npm', ['view', binaries, 'versions', '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  const versions = JSON.parse(stdout).filter((version) => version.startsWith(`${line}.`))
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
}

/** The newest Node of a line, such as '22', for this platform and an architecture. */
export function nodeOf(line, arch = process.arch) {
  // The npm package `node` only chooses between these, by an install script.
  const binaries = `node-${process.platform}-${arch}`
  const version = newest(binaries, line)
  const prefix = join(cache, arch === process.arch ? version : `${version}-${arch}`)
  const node = join(prefix, 'node_modules', binaries, 'bin', 'node')
  if (!existsSync(node)) {
    const npm = ['install', '--no-save', '--prefix', prefix]
    // Or npm refuses what is for another machine than this one.
    if (arch !== process.arch) npm.push('--cpu', arch, '--force')
    spawnSync('npm', [...npm, `${binaries}@${version}`], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return node
}
