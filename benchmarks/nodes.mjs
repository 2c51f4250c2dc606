import { execFileSync } from 'node:child_process'
import { nodeOf } from '../test/node-versions.mjs'

const LINES = ['20', '22', '24', '26']

/** Lines of Node, by default every supported one, from the npm registry: paths by version. */
export function nodes(lines = LINES) {
  const paths = lines.map((line) => nodeOf(line))
  return new Map(paths.map((path) => [versionOf(path), path]))
}

export const versionOf = (path) => execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
