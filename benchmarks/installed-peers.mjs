import { installPeers, versions } from '../test/peers/installed.mjs'
import { versionOf } from './nodes.mjs'

const PEERS = ['execa', 'nano-spawn', 'tinyexec', 'zx']

/**
 * Installs the peers, where they take part.
 *
 * @returns The `node` that the newest of them needs, or ours where there are none; and the `versions`, for a note.
 */
export function preparePeers({ isAside }) {
  if (isAside) return { node: process.execPath, versions: 'The peers are left out.' }
  const node = installPeers()
  const named = PEERS.map((name) => `${name} ${versions[name]}`)
  return { node, versions: `All run on Node ${versionOf(node)}: ${named.join(', ')}.` }
}
