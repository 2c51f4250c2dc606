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
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patience } from '../pace.mjs'
import { root, run } from '../program.js'

// Tests of the keeper under each of its names, in a copy of the package whose keeper is built with sanitizers.

const COPIED = [
  'bin',
  'lib',
  'test',
  'dist',
  'native',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
]
const KEEPER = [
  ...['keeper', 'keeper-escapes', 'keeper-kept', 'keeper-protocol'],
  ...['keeper-hold', 'keeper-hold-peers'],
].map((name) => `lib/keeper/${name}`)
const PID1 = [
  'confined',
  'shell',
  'words',
  'exit-codes',
  'signals',
  'orphans',
  'endings',
  'observer',
]
const WAYS: [string, string[]][] = [
  ['a keeper', KEEPER],
  ['pid1', [...PID1.map((name) => `programs/pid1-${name}`), 'native/pid1-arguments']],
  ['the front of sexton-shim', ['programs/shim-serve']],
]

// A sanitized program is large, a keeper's environment holds no options, and the sanitizer reads /proc.
const BUT = '^(?!.*(in little memory|without /proc|no /proc))'
const optionsFor = (log: string) => `
extern "C" const char* __asan_default_options() {
  return "log_path=${log}:detect_leaks=0:exitcode=99";
}
extern "C" const char* __ubsan_default_options() {
  return "log_path=${log}:halt_on_error=1:print_stacktrace=1";
}
`

function copyPackage(folder: string): void {
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const built = join(folder, 'build', 'Release')
  mkdirSync(built, { recursive: true })
  cpSync(join(root, 'build', 'Release', 'sexton.node'), join(built, 'sexton.node'))
  symlinkSync('sexton-keeper', join(built, 'sexton-shim'))
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
  const inputs = [...sources.map((name) => join(root, 'native', name)), options]
  const built = await run(['g++', ...flags, ...inputs], { timeout: 100_000 })
  expect(built).toMatchObject({ code: 0, stderr: '' })
}

function reportsIn(folder: string): string[] {
  const reports = readdirSync(folder).filter((name) => name.startsWith('report'))
  return reports.map((name) => readFileSync(join(folder, name), 'utf8'))
}

describe('The keeper under sanitizers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-sanitized-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeAll(async () => {
    copyPackage(folder)
    await buildKeeper(folder)
  }, patience(110_000))

  it.each(WAYS)(
    'passes its tests without an error as %s',
    async (_, tests) => {
      const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
      const files = tests.map((name) => `test/${name}.test.ts`)
      const words = ['run', '--root', folder, '--testNamePattern', BUT, ...files]
      const { code, stdout } = await run([process.execPath, vitest, ...words], { timeout: 200_000 })
      expect(reportsIn(folder)).toEqual([])
      expect(code, stdout).toBe(0)
    },
    patience(210_000),
  )
})
