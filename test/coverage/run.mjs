// Measures how much of lib/ and native/ the tests run, and fails where that is too little.
//
//   node test/coverage/run.mjs [--keep] [vitest's arguments…]
//
// Two packages are built: one with the files for Linux (test/coverage/package.mjs), on which the suite
// runs, and one with the portable files, of which the addon alone is counted. The figures go to coverage/, too.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildAddon, root, run } from '../build-addon.mjs'
import { runGuarded } from '../guarded.mjs'
import { lcov, print } from './figures.mjs'
import { addNativeLines } from './native-lines.mjs'
import { buildCounted, COUNTED } from './package.mjs'
import { scriptLines } from './script-lines.mjs'

const THRESHOLDS = { lib: 95, native: 85 }

// What builds or packs packages of its own runs none of ours; other people's programs, many repetitions, and
// the code cache, which is not used where code is counted, show nothing new.
const LEFT_OUT = [
  'test/{fuzz,package,peers,site,soak}/**',
  'test/native/{keeper-sanitizer,portable,sanitizer}.test.ts',
  'test/lib/job/run-job-escapes.test.ts',
  'test/lib/keeper/keeper-{faults,protocol}.test.ts',
  // Modules that are loaded as they were compiled cannot be mocked, nor loaded twice.
  'test/lib/exit/pidfd.test.ts',
  'test/lib/keeper/{remains,search,watchdog}.test.ts',
  'test/lib/reaping/{orphans,wakeups}.test.ts',
  'test/lib/cli/pid1/remainder-unreadable.test.ts',
  'test/regressions/signal-numbers.test.ts',
  // These read the sources and the documents, which are not copied.
  'test/lib/{imports,names}.test.ts',
  'test/programs/{documents,manual,pictures}.test.ts',
  'test/programs/inits/**',
  'test/programs/{chromium,container,distributed-jobs,examples,frameworks,git,idle,shim-idle}.test.ts',
  'test/programs/{pid1-cache,pid1-shell,server,storm}.test.ts',
]
// Where the back-ends differ.
const BY_BACKEND = ['exit', 'waiting'].map((name) => `test/lib/${name}/`)

const { values, positionals } = parseArgs({
  options: { keep: { type: 'boolean', default: false } },
  allowPositionals: true,
})

const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env // it triples Node's start-up

function environment(counts, backend) {
  return { ...inherited, NODE_V8_COVERAGE: counts, SEXTON_BACKEND: backend }
}

function runTests(folder, counts, backend, args) {
  console.log(`\n=== back-end ${backend} ===`)
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run']
  const config = ['--config', 'test/coverage/vitest.config.ts', '--reporter=dot']
  const excluded = LEFT_OUT.map((path) => `--exclude=${path}`)
  const { status } = runGuarded([process.execPath, ...vitest, ...config, ...excluded, ...args], {
    cwd: folder,
    stdio: 'inherit',
    env: environment(counts, backend),
  })
  return status === 0
}

// gcov makes its files at the first exit of all, for its user alone, and what runs as another says on its
// standard error that it may not write to them, in the middle of a test.
async function openCounts(folder, counts) {
  const load = [
    process.execPath,
    '-e',
    'require(process.argv[1])',
    join(folder, 'dist', 'index.cjs'),
  ]
  await run(load, folder, environment(counts, ''))
  await run(['chmod', '-R', 'a+rwX', join(folder, 'build')], folder)
}

// The same exercise that the portable build's own test runs.
async function runPortable(folder, counts) {
  const parts = ['spawn', 'failures', 'raw', 'strangers', 'signals', 'workers']
  for (const backend of ['sigchld', 'poll']) {
    const program = [process.execPath, 'test/native/fixtures/exercise.mjs', folder, ...parts]
    await run(program, folder, environment(counts, backend))
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sexton-coverage-'))
chmodSync(folder, 0o755) // some tests run as another user
try {
  const [linux, portable, counts] = ['linux', 'portable', 'counts'].map((name) =>
    join(folder, name),
  )
  mkdirSync(counts, { mode: 0o777 })
  chmodSync(counts, 0o777)
  await buildCounted(linux)
  await openCounts(linux, counts)
  await buildAddon(portable, [...COUNTED, '-Dsexton_portable=1'], ['dist', 'test'])
  const rounds = [
    ['pidfd', positionals],
    ['sigchld', [...BY_BACKEND, ...positionals]],
    ['poll', [...BY_BACKEND, ...positionals]],
  ]
  const passed = rounds.map(([backend, args]) => runTests(linux, counts, backend, args))
  await runPortable(portable, counts)
  const lib = await scriptLines(linux, counts)
  const native = addNativeLines(portable, addNativeLines(linux, new Map()))
  mkdirSync(join(root, 'coverage'), { recursive: true })
  writeFileSync(join(root, 'coverage', 'lcov.info'), lcov(lib) + lcov(native))
  const enough = [
    print('lib/', lib, THRESHOLDS.lib),
    print('native/', native, THRESHOLDS.native),
    passed.every(Boolean),
  ]
  process.exitCode = enough.every(Boolean) ? 0 : 1
} finally {
  if (values.keep) console.log(`kept: ${folder}`)
  else rmSync(folder, { recursive: true, force: true, maxRetries: 10 }) // a last process may still write
}
