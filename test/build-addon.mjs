// Builds of the addon in copies of the package, with variables of binding.gyp set, so that the build that
// all tests run on stays as it is.

import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs a command in `folder` to its end, and gives what it printed.
 *
 * @param {readonly string[]} command
 * @param {string} folder
 * @throws what it said if that was no good end.
 */
export async function run(command, folder, env = process.env) {
  const [file = '', ...args] = command
  try {
    const options = { cwd: folder, env, maxBuffer: 2 ** 30 }
    return (await promisify(execFile)(file, args, options)).stdout
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout?: string, stderr?: string }} */ (error)
    throw new Error(`${command.join(' ')}:\n${stdout}\n${stderr}`, { cause: error })
  }
}

/**
 * Copies what is needed, and `more`, to `folder`, and builds the addon there.
 *
 * @param {string} folder
 * @param {readonly string[]} variables
 * @param {readonly string[]} more
 */
export async function buildAddon(folder, variables, more = []) {
  mkdirSync(folder, { recursive: true })
  for (const name of ['binding.gyp', 'native', 'package.json', ...more]) {
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: isOurs })
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const gyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  await run([process.execPath, gyp, 'rebuild', '-j', '2', ...headers(), '--', ...variables], folder)
}

/** @param {string} path */
const isOurs = (path) => !path.endsWith('/node_modules')

// Those that came with Node, or node-gyp looks for them and may download them.
function headers() {
  const prefix = dirname(dirname(process.execPath))
  const found = existsSync(join(prefix, 'include', 'node', 'common.gypi'))
  return found ? ['--nodedir', prefix] : []
}
