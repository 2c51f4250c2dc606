import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installIn } from '../installed.mjs'
import { lacksPackages } from '../needs.js'
import { patience } from '../pace.mjs'
import { asPid1, type Outcome, resultOf, root, run } from '../program.js'
import { emptyProject, linkPrograms, pack, packDependencies, succeed } from './project.js'

// The packed tarball, installed by other package managers than npm: without scripts, compiler and registry, and with
// the strictest mask that people use.

const consumers = join(root, 'test', 'package', 'consumers')
const managers = join(root, 'test', 'package', 'managers')

const folder = mkdtempSync(join(tmpdir(), 'sexton-managers-'))
const bin = join(folder, 'bin')
let manifest: object

const isMissing = lacksPackages('pnpm and yarn', () => installIn(managers))
beforeAll(async () => {
  await linkPrograms(bin)
  const { tarball } = await pack(folder)
  const overrides = await packDependencies(folder)
  manifest = {
    private: true,
    dependencies: { sexton: `file:${tarball}` },
    // Each has another name for the same.
    resolutions: overrides,
    overrides,
    pnpm: { overrides },
  }
}, patience(60_000))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Manager {
  file: string
  install: readonly string[]
  /** What comes before a program of the project's packages, and before a script for Node. */
  exec: readonly string[]
  node: readonly string[]
  /** Settings in its own file. */
  settings?: string
  /** What the project says of its dependencies. */
  meta?: object
}

const yarn4 = (linker: string) => ({
  file: '@yarnpkg/cli-dist/bin/yarn.js',
  install: ['install'],
  exec: ['run'],
  node: ['node'],
  settings: `nodeLinker: ${linker}
enableScripts: false
enableNetwork: false
enableGlobalCache: false
enableTelemetry: false
`,
})

const MANAGERS: readonly (Manager & { title: string })[] = [
  // It runs no scripts of packages that nobody has approved.
  {
    title: 'pnpm',
    file: 'pnpm/bin/pnpm.cjs',
    install: ['install', '--offline'],
    exec: ['exec'],
    node: ['exec', 'node'],
  },
  {
    title: 'yarn 1',
    file: 'yarn/bin/yarn.js',
    install: ['install', '--offline', '--ignore-scripts'],
    exec: ['--silent', 'run'],
    node: ['--silent', 'node'],
  },
  { title: 'yarn 4 in node_modules', ...yarn4('node-modules') },
  { title: "yarn 4, Plug'n'Play", ...yarn4('pnp') },
]

/** A project in which a manager has installed the package. */
class Project {
  readonly #folder = emptyProject()
  readonly #manager: Manager

  constructor(manager: Manager) {
    this.#manager = manager
  }

  async install(): Promise<Outcome> {
    const { settings, meta: dependenciesMeta } = this.#manager
    for (const name of readdirSync(consumers))
      copyFileSync(join(consumers, name), join(this.#folder, name))
    this.#write('package.json', JSON.stringify({ ...manifest, dependenciesMeta }))
    if (settings !== undefined) {
      this.#write('.yarnrc.yml', settings)
      this.#write('yarn.lock', '') // or the project of a folder above would be meant
    }
    return succeed(this.manage(...this.#manager.install))
  }

  has(path: string): boolean {
    return existsSync(join(this.#folder, path))
  }

  /** Runs a command as process 1, in the project's folder. */
  asPid1(...command: string[]): Promise<Outcome> {
    return run([...asPid1, 'env', '--chdir', this.#folder, ...command])
  }

  exec(...command: string[]): Promise<Outcome> {
    return this.manage(...this.#manager.exec, ...command)
  }

  /** Runs a script, and gives what it has printed as JSON. */
  async node(script: string): Promise<unknown> {
    return resultOf(await this.manage(...this.#manager.node, script))
  }

  manage(...words: string[]): Promise<Outcome> {
    const { file } = this.#manager
    const variables = [`PATH=${bin}`, `HOME=${folder}`, `TMPDIR=${folder}`]
    const prefix = ['env', '--ignore-environment', '--chdir', this.#folder, ...variables]
    const masked = ['sh', '-c', 'umask 077; exec "$0" "$@"']
    const program = ['node', join(managers, 'node_modules', file)]
    return run([...masked, ...program, ...words], { prefix, timeout: 60_000 })
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text)
  }
}

// An install script makes npm compile or warn. So does `prepare`, if the package does not come from a registry. So a clone
// is built by `prepublish`, which npm runs there, but neither in an installed package nor when it publishes.
describe.skipIf(isMissing).each(['npm10', 'npm11'])('Installed by %s, with its scripts', (name) => {
  const quietly = ['--offline', '--no-audit', '--no-update-notifier']
  const install = ['install', ...quietly]
  const exec = ['exec', '--offline', '--']
  const project = new Project({ file: `${name}/bin/npm-cli.js`, install, exec, node: [] })

  const expectSummaryAlone = ({ stdout, stderr }: Outcome) => {
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^\nadded \d+ packages in \S+\n$/), ''])
    expect(project.has('node_modules/sexton/build')).toBe(false)
  }

  it('prints the summary alone, and compiles nothing', async () => {
    expectSummaryAlone(await project.install())
  })

  // A lock file does not say `gypfile: false`: by one, npm compiles a package that has a `binding.gyp`.
  it('does so again by the lock file', async () => {
    expectSummaryAlone(await succeed(project.manage('ci', ...quietly)))
  })

  it('has `pid1` as process 1 by its path', async () => {
    const command = ['./node_modules/.bin/pid1', '--', 'sh', '-c', 'echo $PPID; exit 7']
    expect(await project.asPid1(...command)).toMatchObject({ code: 7, stdout: '1\n', stderr: '' })
  })

  it('has `pid1` by `npx -p sexton`', async () => {
    const npx = ['npx', '--offline', '-p', 'sexton', 'pid1', '-s', '--', 'sh', '-c', 'exit 7']
    expect(await project.exec('env', ...npx)).toMatchObject({ code: 7 })
  })
})

describe.skipIf(isMissing).each(MANAGERS)('Installed by $title', (manager) => {
  const project = new Project(manager)
  beforeAll(() => project.install(), patience(60_000))

  it('is required', async () => {
    expect(await project.node('cjs.cjs')).toMatchObject({ code: 7, signal: 'SIGKILL' })
  })

  it('is imported, and runs commands and jobs', async () => {
    expect(await project.node('job.mjs')).toEqual({ run: 'run', job: 'job' })
  })

  // Yarn 4 runs every program by Node, which cannot become the keeper.
  it('has `pid1`', async () => {
    const command = ['pid1', '-s', 'sh', '-c', 'cat /proc/$PPID/comm; exit 7']
    const name = manager.title.startsWith('yarn 4')
      ? /^(node|node-MainThread|MainThread)\n$/
      : /^pid1\n$/
    expect(await project.exec(...command)).toMatchObject({
      code: 7,
      stdout: expect.stringMatching(name),
    })
  })

  it('has `sexton run`', async () => {
    const command = ['sexton', 'run', '--fail-on-leak', 'sh', '-c', 'echo job; exit 7']
    expect(await project.exec(...command)).toMatchObject({ code: 7, stdout: 'job\n' })
  })
})

describe.skipIf(isMissing)('Kept in an archive by yarn 4', () => {
  const meta = { sexton: { unplugged: false } }
  const project = new Project({ ...yarn4('pnp'), meta })
  beforeAll(() => project.install(), patience(60_000))

  it('says that it must be unpacked', async () => {
    expect(await project.node('refused.cjs')).toEqual({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringMatching(/: Not a directory\nUnpack .*: yarn unplug sexton$/),
      path: expect.stringMatching(/\.zip\/.*\/sexton\.\w+\.node$/),
    })
  })

  it('starts the keeper from memory', async () => {
    expect(await project.node('archived.cjs')).toBe('job')
  })
})
