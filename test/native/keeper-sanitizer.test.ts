import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { patience } from '../pace.mjs'
import { root, run } from '../program.js'

// The keeper's own tests, in a copy of the package whose keeper is built with sanitizers.

const COPIED = [
  'lib',
  'test',
  'dist',
  'native',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
]
const TESTS = [
  ...['keeper', 'keeper-escapes', 'keeper-kept', 'keeper-protocol'],
  ...['keeper-hold', 'keeper-hold-peers'],
]

// A sanitized program is large, and a keeper's environment holds no options.
const BUT = '^(?!.*in little memory)'
const optionsFor = (log: string) => `
extern "C" const char* __asan_default_options() {
  return "log_path=${log}:detect_leaks=0:exitcode=99";
}
extern "C" const char* __ubsan_default_options() {
  return "log_path=${log}:halt_on_error=1:print_stacktrace=1";
}
`

function copyPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-sanitized-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  mkdirSync(join(folder, 'build', 'Release'), { recursive: true })
  const addon = join('build', 'Release', 'sexton.node')
  cpSync(join(root, addon), join(folder, addon))
  return folder
}

async function buildKeeper(folder: string): Promise<void> {
  const options = join(folder, 'options.cc')
  writeFileSync(options, optionsFor(join(folder, 'report')))
  const builder = join(root, 'native', 'keeper', 'build.mjs')
  const { stdout } = await run([process.execPath, builder, '--sources'])
  // The sanitizers bring the allocator.
  const isSource = (name: string) => name.endsWith('.cc') && !name.endsWith('musl_malloc.cc')
  const sources = stdout.split('\n').filter(isSource)
  const flags = [
    ...['-std=c++17', '-O1', '-g', '-fno-omit-frame-pointer', '-fno-exceptions', '-fno-rtti'],
    ...['-fsanitize=address,undefined', '-ffunction-sections', '-Wl,--gc-sections'],
    ...[`-I${join(root, 'native')}`, '-o', join(folder, 'build', 'Release', 'sexton-keeper')],
  ]
  const inputs = [...sources.map((name) => join(root, name)), options]
  const built = await run(['g++', ...flags, ...inputs], { timeout: 100_000 })
  expect(built).toMatchObject({ code: 0, stderr: '' })
}

describe('The keeper under sanitizers', { timeout: patience(250_000) }, () => {
  it('passes its own tests without an error', async () => {
    const folder = copyPackage()
    await buildKeeper(folder)
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const files = TESTS.map((name) => `test/lib/keeper/${name}.test.ts`)
    const words = ['run', '--root', folder, '--testNamePattern', BUT, ...files]
    const { code, stdout } = await run([process.execPath, vitest, ...words], { timeout: 120_000 })
    const reports = readdirSync(folder).filter((name) => name.startsWith('report'))
    expect(reports.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual([])
    expect(code, stdout).toBe(0)
  })
})
