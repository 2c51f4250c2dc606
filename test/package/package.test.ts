import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { patience } from '../pace.mjs'
import { type Outcome, root, run } from '../program.js'
import { emptyProject, keepers, type Packed, pack, prebuilt, succeed } from './project.js'

// What a user gets: the packed tarball, installed in an empty project.

const nativeFiles = readdirSync(join(root, 'native'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.\w+$/.test(name))
  .map((name) => `native/${name}`)

const consumers = join(root, 'test', 'package', 'consumers')
const project = emptyProject()
let packed: Packed

function inProject(...command: string[]): Promise<Outcome> {
  return run(['env', '--chdir', project, ...command], { timeout: 100_000 })
}

beforeAll(async () => {
  packed = await pack(project)
  await succeed(inProject('npm', 'install', '--prefer-offline', packed.tarball))
  for (const name of readdirSync(consumers))
    copyFileSync(join(consumers, name), join(project, name))
}, patience(120_000))

const EXPECTED = { code: 7, signal: 'SIGKILL', isStatus: true, isError: true }

const ALLOWED = [
  /^bin\/pid1$/,
  /^dist\/cli\/[\w-]+\.js$/,
  /^dist\/(index|init|metrics)\.(d\.)?(js|cjs|ts|cts)$/,
  /^dist\/core\.cjs$/,
  /^dist\/cli\/package\.json$/,
  /^native\/\w+\/\w+\.(cc|h|ld|map)$/,
  /^native\/keeper\/pid1\/\w+\.(cc|h)$/,
  /^native\/keeper\/\w+\.mjs$/, // its build
  /^docs\/[\w-]+\.md$/,
  /^docs\/man\/\w+\.1$/,
  /^docs\/completions\/\w+(\.bash|\.fish)?$/,
  /^prebuilds\/darwin-(x64|arm64)\/sexton\.node$/, // where those were brought in for a release
]

describe('the packed tarball', () => {
  it('holds the program, the addon compiled and as sources, nothing else', () => {
    const others = packed.files.filter((path) => !ALLOWED.some((pattern) => pattern.test(path)))
    expect(others.sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'native/binding.gyp',
      'package.json',
      'prebuilds/README.md',
      ...[...prebuilt, ...keepers].map((name) => `prebuilds/${name}`).sort(),
    ])
    expect(packed.files).toEqual(
      expect.arrayContaining([
        ...['dist/index.js', 'dist/index.cjs', 'dist/index.d.ts', 'dist/index.d.cts'],
        ...['bin/pid1', 'dist/cli/pid1.js', 'dist/cli/pid1-program.js', 'dist/cli/sexton.js'],
        ...['docs/pid1.md', 'docs/man/pid1.1', 'docs/completions/_sexton'],
        ...nativeFiles,
      ]),
    )
  })

  it('takes 1.0 MB to download and 2.6 MB on the disk, without Darwin', () => {
    const darwin = packed.files.filter((path) => path.startsWith('prebuilds/darwin-')).length
    expect(packed.size).toBeLessThan(1_000_000 + darwin * 100_000)
    expect(packed.unpackedSize).toBeLessThan(2_600_000 + darwin * 250_000)
  })

  it('is imported by an ES module', async () => {
    const { stdout } = await succeed(inProject(process.execPath, 'esm.mjs'))
    expect(JSON.parse(stdout)).toEqual(EXPECTED)
  })

  it('is required by a CommonJS module, as the same single copy', async () => {
    const { stdout } = await succeed(inProject(process.execPath, 'cjs.cjs'))
    expect(JSON.parse(stdout)).toEqual(EXPECTED)
  })

  it('type-checks in TypeScript with nodenext, imported and required', async () => {
    const typescript = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const types = join(root, 'node_modules', '@types')
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022']
    const lib = ['--lib', 'es2023,esnext.disposable', '--typeRoots', types, '--types', 'node']
    await succeed(
      inProject(process.execPath, typescript, ...options, ...lib, 'nodenext.mts', 'required.cts'),
    )
  })

  it('type-checks with node16, where CommonJS may not require an ES module', async () => {
    const typescript = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const types = join(root, 'node_modules', '@types')
    const options = ['--noEmit', '--strict', '--module', 'node16', '--target', 'es2022']
    const lib = ['--lib', 'es2023,esnext.disposable', '--typeRoots', types, '--types', 'node']
    await succeed(
      inProject(process.execPath, typescript, ...options, ...lib, 'nodenext.mts', 'required.cts'),
    )
  })

  it('is found sound by publint', async () => {
    const publint = join(root, 'node_modules', 'publint', 'src', 'cli.js')
    await succeed(run([process.execPath, publint, '--strict', packed.tarball]))
  })

  it('has types that resolve for every kind of importer', async () => {
    const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js')
    await succeed(run([process.execPath, attw, packed.tarball]))
  })
})
