// The peers that sexton is compared with, at the versions of package.json, and the Node that they run on.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installIn } from '../installed.mjs'
import { nodeOf } from '../node-versions.mjs'

const folder = fileURLToPath(new URL('.', import.meta.url))

// execa 10 needs Node 22, and the tests run on Node 20 as well.
const LINE = '24'

/** The names of the peers with their versions. */
export const versions = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies

/**
 * Installs the peers, unless they are there, and gives the path of their Node.
 *
 * @throws {Error} where the registry does not answer.
 */
export function installPeers() {
  installIn(folder)
  const node = newestNode()
  if (node === undefined) throw new Error(`Node ${LINE} could not be installed by npm`)
  return node
}

function newestNode() {
  try {
    const node = nodeOf(LINE)
    return existsSync(node) ? node : undefined
  } catch {
    return undefined // the registry has not told the versions
  }
}
