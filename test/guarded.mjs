import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const warden = fileURLToPath(new URL('warden.py', import.meta.url))

/**
 * Runs a command to its end like spawnSync(). Whatever it has started ends with it, and with this process,
 * however that ends (test/warden.py). Elsewhere than on Linux nothing sees to that.
 *
 * @param {readonly string[]} command
 * @param {import('node:child_process').SpawnSyncOptionsWithStringEncoding} options
 */
export function runGuarded(command, options) {
  const [file, ...args] = process.platform === 'linux' ? ['python3', warden, ...command] : command
  return spawnSync(file, args, options)
}
