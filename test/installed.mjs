// Packages that tests need, installed in their own folder at the versions of its lock file.

import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Installs the packages of a folder's lock file, unless they are there.
 *
 * @throws {Error} where the registry does not answer.
 */
export function installIn(folder) {
  const wanted = join(folder, 'package-lock.json')
  // A copy of the lock file that `npm ci` last obeyed: a package of another version is installed anew.
  const obeyed = join(folder, 'node_modules', '.obeyed-lock.json')
  if (existsSync(obeyed) && readFileSync(obeyed, 'utf8') === readFileSync(wanted, 'utf8')) return
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', words, { cwd: folder, stdio: 'ignore' })
  if (status !== 0) throw new Error(`npm ci failed in ${folder}`)
  copyFileSync(wanted, obeyed)
}
