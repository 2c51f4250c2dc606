import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const warden = fileURLToPath(new URL('warden.py', import.meta.url))
const sexton = fileURLToPath(new URL('../dist/cli/sexton.js', import.meta.url))

/**
 * Runs a command to its end like spawnSync(), as a job of sexton's own: what outlives it is ended and named, and the
 * status is then that of a failure. A job that is broken could leave processes, and nothing of it would hear that npm
 * alone has ended. So test/warden.py, which needs nothing of sexton, ends whatever is left, however this process ends.
 * Elsewhere than on Linux nothing sees to that.
 *
 * @param {readonly string[]} command
 * @param {import('node:child_process').SpawnSyncOptionsWithStringEncoding} options
 */
export function runGuarded(command, options) {
  const [file, ...args] = process.platform === 'linux' ? guarded(command) : command
  return spawnSync(file, args, options)
}

/** How a command that was run so has ended, in words. */
export function endingOf({ status, signal, error }) {
  return error?.message ?? (signal === null ? `status ${status}` : signal)
}

function guarded(command) {
  const job = [process.execPath, sexton, 'run', '--fail-on-leak', '--', ...command]
  // Before the first `npm run compile` there is no program to run it by.
  return ['python3', warden, ...(existsSync(sexton) ? job : command)]
}
