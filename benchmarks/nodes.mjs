import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../node_modules/.cache/node-versions/', import.meta.url))

/** The Nodes that `npm run test:versions` has fetched, and the one that runs this: paths by version. */
export function nodes() {
  const fetched = existsSync(CACHE) ? readdirSync(CACHE) : []
  const binaries = `node-${process.platform}-${process.arch}`
  const paths = fetched
    .map((version) => `${CACHE}${version}/node_modules/${binaries}/bin/node`)
    .filter((path) => existsSync(path))
  const versionOf = (path) => execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
  const byVersion = new Map([process.execPath, ...paths].map((path) => [versionOf(path), path]))
  return new Map(
    [...byVersion].sort(
      ([a], [b]) => Number.parseInt(a.slice(1), 10) - Number.parseInt(b.slice(1), 10),
    ),
  )
}
