import { copyFileSync, existsSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { exercise } from '../native/build.js'
import { nodeOf } from '../node-versions.mjs'
import { patience } from '../pace.mjs'
import { type Outcome, root, run } from '../program.js'
import { emptyProject, linkPrograms, pack, succeed } from './project.js'

// The addon is compiled nowhere here: the one for this machine is in the tarball.

const LINES = ['20', '22', '24', '26']

const project = emptyProject()
const bin = join(project, 'bin')
const job = join(root, 'test', 'package', 'fixtures', 'job.mjs')
const installed = join(project, 'node_modules', 'sexton')

/** Runs a program where there is the Node given, and neither compiler, make nor Python. */
function withoutCompiler(...command: string[]): Promise<Outcome> {
  const prefix = ['env', '--chdir', project, `PATH=${bin}`]
  return run(command, { prefix, env: { SEXTON_BACKEND: '' }, timeout: 60_000 })
}

function use(node: string): void {
  rmSync(join(bin, 'node'), { force: true })
  symlinkSync(node, join(bin, 'node'))
}

beforeAll(async () => {
  await linkPrograms(bin)
  const { tarball } = await pack(project)
  const options = ['--ignore-scripts', '--prefer-offline']
  // The strictest mask that people use.
  const install = ['sh', '-c', 'umask 077; exec "$0" "$@"', 'npm', 'install']
  await succeed(withoutCompiler(...install, ...options, tarball))
  for (const name of ['esm.mjs', 'cjs.cjs'])
    copyFileSync(join(root, 'test', 'package', 'consumers', name), join(project, name))
}, patience(120_000))

const EXPECTED = { code: 7, signal: 'SIGKILL', isStatus: true, isError: true }
const SEXTON_RUN = ['npx', '--no-install', 'sexton', 'run', '--fail-on-leak', '--']
const PARTS = ['spawn', 'failures', 'raw', 'strangers', 'orphans', 'signals', 'workers']

describe.each(LINES)('Installed without scripts and compiler, on Node %s', (line) => {
  beforeAll(() => use(nodeOf(line)), patience(120_000))

  it('is imported and required', async () => {
    expect(existsSync(join(installed, 'build'))).toBe(false)
    for (const consumer of ['esm.mjs', 'cjs.cjs']) {
      const { stdout } = await succeed(withoutCompiler('node', consumer))
      expect(JSON.parse(stdout)).toEqual(EXPECTED)
    }
  })

  it('has the programs', async () => {
    const script = 'printf "$(node --version)"; exit 9'
    const pid1 = await withoutCompiler('npx', '--no-install', 'pid1', '-s', 'sh', '-c', script)
    expect(pid1).toMatchObject({ code: 9, stdout: expect.stringMatching(`^v${line}\\.`) })
    const sexton = await withoutCompiler(...SEXTON_RUN, 'sh', '-c', script)
    expect(sexton).toMatchObject({ code: 9, stdout: expect.stringMatching(`^v${line}\\.`) })
  })

  it('runs jobs', async () => {
    const { stdout } = await succeed(withoutCompiler('node', job, installed))
    expect(JSON.parse(stdout)).toEqual({ job: 'job', run: 'run' })
  })

  it('does all that the addon can', async () => {
    const [, ...program] = exercise(installed, ...PARTS)
    const { stdout } = await succeed(withoutCompiler('node', ...program))
    expect(JSON.parse(stdout)).toEqual(Object.fromEntries(PARTS.map((part) => [part, true])))
  })
})
