import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  if (process.platform !== 'linux') {
    const [file, ...args] = command
    return spawnSync(file, args, options)
  }
  const directory = mkdtempSync(join(tmpdir(), 'sexton-guarded-'))
  const report = join(directory, 'report.json')
  try {
    const result = spawnSync('python3', [warden, ...guarded(command, report)], options)
    return { ...result, survivors: existsSync(report) ? survivorsIn(report) : [] }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** How a command that was run so has ended, in words. The processes that outlived it are named. */
export function endingOf({ status, signal, error, survivors = [] }) {
  const ending = error?.message ?? (signal === null ? `status ${status}` : signal)
  const named = survivors.map(({ pid, name, command }) => `${command || name} (pid ${pid})`)
  return named.length === 0 ? ending : `${ending}; it left ${named.join(', ')}`
}

function guarded(command, report) {
  // Before the first `npm run compile` there is no program to run it by.
  if (!existsSync(sexton)) return command
  return [process.execPath, sexton, 'run', '--fail-on-leak', '--report', report, '--', ...command]
}

function survivorsIn(report) {
  return JSON.parse(readFileSync(report, 'utf8')).survivors
}
