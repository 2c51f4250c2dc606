// Other versions of Node and other runtimes, from the npm registry; each is downloaded once.

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
  return fetched(`${binaries}@${version}`, join(prefix, 'node_modules', binaries, 'bin', 'node'), {
    prefix,
    foreign: arch === process.arch ? undefined : arch,
  })
}

// Bun and Deno, by the name that each gives to this machine.
const RUNTIMES = {
  bun: { arch: { x64: 'x64-baseline', arm64: 'aarch64' }, scope: '@oven/bun-', file: 'bin/bun' },
  deno: { arch: { x64: 'x64-glibc', arm64: 'arm64-glibc' }, scope: '@deno/', file: 'deno' },
}

/** The newest Bun or Deno, for this machine. */
export function runtime(name) {
  const { arch, scope, file } = RUNTIMES[name]
  const binaries = `${scope}${process.platform}-${arch[process.arch]}`
  const prefix = join(cache, name)
  return fetched(binaries, join(prefix, 'node_modules', binaries, file), { prefix })
}

function fetched(spec, file, { prefix, foreign }) {
  if (!existsSync(file)) {
    const npm = ['install', '--no-save', '--prefix', prefix]
    // Or npm refuses what is for another machine than this one.
    if (foreign !== undefined) npm.push('--cpu', foreign, '--force')
    spawnSync('npm', [...npm, spec], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return file
}
