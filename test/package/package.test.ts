import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Outcome, root, run } from '../program.js'

// What a user gets: the packed tarball, installed in an empty project, its addon compiled there.

const consumers = join(root, 'test', 'package', 'consumers')
const project = mkdtempSync(join(tmpdir(), 'sexton-package-'))
let files: string[] = []
let tarball = ''

function inProject(...command: string[]): Promise<Outcome> {
  return run(['env', '--chdir', project, ...command], { timeout: 170_000 })
}

async function succeed(outcome: Promise<Outcome>): Promise<Outcome> {
  const result = await outcome
  if (result.code !== 0) throw new Error(JSON.stringify(result, null, 2))
  return result
}

beforeAll(async () => {
  // dist/ is in use by other tests: pack what is there instead of building anew.
  const pack = ['npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', project]
  const [packed] = JSON.parse((await succeed(run(pack))).stdout)
  tarball = join(project, packed.filename)
  files = packed.files.map(({ path }: { path: string }) => path)
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true }')
  await succeed(inProject('npm', 'install', tarball))
  for (const name of readdirSync(consumers))
    copyFileSync(join(consumers, name), join(project, name))
}, 180_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

const EXPECTED = { code: 7, signal: 'SIGKILL', isStatus: true, isError: true }

describe('the packed tarball', () => {
  it('holds the program, the sources of the addon, and nothing else', () => {
    const outside = files.filter((path) => !/^(dist|native)\//.test(path)).sort()
    expect(outside).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'binding.gyp',
      'package.json',
      'prebuilds/README.md',
    ])
    expect(files).toEqual(
      expect.arrayContaining(['dist/index.js', 'dist/index.cjs', 'dist/index.d.cts']),
    )
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

  it('installs a pid1 that runs', async () => {
    const script = 'printf done; exit 9'
    const outcome = await inProject('npx', '--no-install', 'pid1', '-s', 'sh', '-c', script)
    expect(outcome).toMatchObject({ code: 9, stdout: 'done' })
  })

  it('is found sound by publint', async () => {
    const publint = join(root, 'node_modules', 'publint', 'src', 'cli.js')
    await succeed(run([process.execPath, publint, '--strict', tarball]))
  })

  it('has types that resolve for every kind of importer', async () => {
    const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js')
    await succeed(run([process.execPath, attw, tarball]))
  })
})
