import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * Builds an earlier commit in a folder of its own, which has today's benchmarks. It is removed when this process exits.
 *
 * @returns The commit's short name, and the folder.
 * @throws {Error} where there is no such commit, or it cannot be built.
 */
export function buildEarlier(revision) {
  const name = run('git', ['rev-parse', '--short', '--verify', '--quiet', `${revision}^{commit}`])
  if (name === undefined) throw new RangeError(`--compare: there is no commit '${revision}'`)
  const root = mkdtempSync(join(tmpdir(), 'sexton-earlier-'))
  process.once('exit', () => remove(root))
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])
    process.once(signal, () => process.exit(code))
  must('git', ['worktree', 'add', '--detach', '--force', root, name])
  install(root)
  rmSync(join(root, 'benchmarks'), { recursive: true, force: true })
  cpSync(join(ROOT, 'benchmarks'), join(root, 'benchmarks'), { recursive: true })
  return { name, root }
}

/** Links today's packages, which is quick and needs no registry; installs its own where the file system cannot link. */
function install(root) {
  const [from, to] = [ROOT, root].map((folder) => join(folder, 'node_modules'))
  if (run('cp', ['-al', from, to]) !== undefined) must('npm', ['run', 'prepublish'], root)
  else must('npm', ['ci', '--no-audit', '--no-fund'], root)
}

function remove(root) {
  rmSync(root, { recursive: true, force: true })
  run('git', ['worktree', 'prune'])
}

function must(file, args, cwd = ROOT) {
  const options = { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 }
  const { status, signal, error, stdout, stderr } = spawnSync(file, args, options)
  if (status === 0) return
  const ending = error?.message ?? signal ?? status
  throw new Error(`'${file} ${args.join(' ')}' failed in ${cwd}: ${ending}\n${stdout}${stderr}`)
}

/** What a command prints; undefined if it fails. */
function run(file, args) {
  const { status, stdout } = spawnSync(file, args, { cwd: ROOT, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}
