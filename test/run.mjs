// Runs the tests, in rounds, and adds up the counts.
//
//   node test/run.mjs [--all [--but-functional] | --soak] [--backend NAME] [vitest's arguments…]
//
// By default: what the library does, on the back-end that this machine has. With --all: everything, on each
// back-end; --but-functional leaves out that first round, for a caller that has just run it.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { endingOf, runGuarded } from './guarded.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const reports = join(root, 'node_modules', '.cache', 'sexton-test')

const { values, positionals } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    'but-functional': { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    backend: { type: 'string' },
  },
  allowPositionals: true,
})

// These tests do not depend on the back-end: packing, other people's programs, builds that choose theirs.
const WHOLE = [
  ...[
    'test/package/',
    'test/peers/',
    'test/programs/inits/',
    'test/site/',
    'test/fuzz/',
    'test/lib/job/run-job-escapes.test.ts',
  ],
  ...[
    ...['arm64', 'cgroups', 'escapes', 'jobs', 'keeper-faults', 'pid1-instants'],
    ...['shim-flat', 'shim-in-flight', 'shim-kills'],
  ].map((name) => `test/soak/${name}.test.ts`),
  ...['keeper-sanitizer', 'portable', 'sanitizer'].map((name) => `test/native/${name}.test.ts`),
  ...[
    'chromium',
    'container',
    'distributed-jobs',
    'doctor',
    'documents',
    'examples',
    'exporter',
    'frameworks',
    'kubernetes',
    'manual',
    'pictures',
    'pid1-cache',
    'pid1-confined',
    'pid1-start',
    'sexton-run',
    'shim-idle',
    'shim-place',
    'shim-podman',
    'shim-serve',
    'shim-serve-disk',
    'shim-serve-podman',
    'shim-serve-stuck',
    'shim-shimmy',
    'storm',
    'tree',
  ].map((name) => `test/programs/${name}.test.ts`),
]
// These tests are in the functional round, and neither wait for processes nor reap them by a back-end: the keeper and the
// kernel do it, or nobody.
const ALIKE = [
  ...['test/lib/base/', 'test/lib/cli/', 'test/lib/metrics/', 'test/lib/shim/', 'test/lib/system/'],
  ...['isolation', 'isolation-cgroup', 'output-buffer', 'run-job-escapes-isolated'].map(
    (name) => `test/lib/job/${name}.test.ts`,
  ),
  ...[
    ...['cgroup', 'dying', 'escapes', 'faults', 'garbage', 'hold', 'hold-killed', 'hold-peers'],
    ...['limits', 'namespace', 'protocol', 'shortage'],
  ].map((name) => `test/lib/keeper/keeper-${name}.test.ts`),
  'test/regressions/start.test.ts',
  ...['test/native/pid1-arguments.test.ts', 'test/programs/pid1-shell.test.ts'],
]
// Only a machine with the compilers of other machines can make what is shipped, and so test it.
const SHIPPED = ['arm64', 'complete', 'managers', 'package', 'prebuilt', 'requirements'].map(
  (name) => `test/package/${name}.test.ts`,
)

function roundsOf({ all, soak, backend, 'but-functional': butFunctional }) {
  if (backend !== undefined) return [{ name: backend, backend, args: positionals }]
  const functional = { name: 'functional', args: [...without(WHOLE), ...positionals] }
  const on = (backend) => ({
    name: backend,
    backend,
    args: [...without([...WHOLE, ...ALIKE]), ...positionals],
  })
  if (soak) return [{ ...on('pidfd'), args: positionals }, on('sigchld'), on('poll')]
  if (!all) return [functional]
  const whole = { name: 'whole', args: [...WHOLE, ...(areShippedMade() ? [] : without(SHIPPED))] }
  return [...(butFunctional ? [] : [functional]), whole, on('sigchld'), on('poll')]
}

function areShippedMade() {
  const made = existsSync(join(root, 'prebuilds', 'linux-x64'))
  if (!made) console.log(`left out: ${SHIPPED.join(', ')}; prebuilds/ is empty (npm run prebuild)`)
  return made
}

function without(paths) {
  return paths.flatMap((path) => ['--exclude', path.endsWith('/') ? `${path}**` : path])
}

// The status of a round that was ended from outside: no other round follows.
const ENDED = 128 + constants.signals.SIGTERM

const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env // it triples Node's start-up

function runRound({ name, backend, args }) {
  console.log(`\n=== ${name} ===`)
  const report = join(reports, `${name}.json`)
  const lacks = join(reports, `${name}.lacks`)
  for (const path of [report, lacks]) rmSync(path, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const result = runGuarded([process.execPath, vitest, 'run', ...reporters, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...environment,
      SEXTON_TEST_LACKS: lacks,
      ...(backend && { SEXTON_BACKEND: backend }),
      ...(values.soak && { SEXTON_SOAK: '1' }),
    },
  })
  const { status } = result
  if (status === ENDED) {
    console.log(`\nFAILED [${name}] the round was ended from outside`)
    process.exit(ENDED)
  }
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = readReport(report)
  const failures = testResults.flatMap(failuresOf)
  // For example because vitest crashed, or because a process was left.
  if (status !== 0 && failures.length === 0) failures.push(`no test failed: ${endingOf(result)}`)
  // A file that cannot even be loaded has no tests to fail, and must not pass for that.
  const failed = status === 0 ? numFailedTests : Math.max(numFailedTests, 1)
  return {
    passed: numPassedTests,
    failed,
    skipped: numPendingTests,
    failures: failures.map((failure) => `[${name}] ${failure}`),
    lacks: existsSync(lacks) ? readFileSync(lacks, 'utf8').trim().split('\n') : [],
  }
}

// They are told again at the end, where a log that was cut short still has them.
function failuresOf({ name, status, message, assertionResults }) {
  const tests = assertionResults.filter((result) => result.status === 'failed')
  const file = relative(root, name)
  if (tests.length === 0) return status === 'failed' ? [`${file}: ${message}`] : []
  return tests.map(({ fullName, failureMessages }) => {
    return `${file}: ${fullName}\n${failureMessages.join('\n').slice(0, 1500)}`
  })
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] }
  }
}

mkdirSync(reports, { recursive: true })
const results = roundsOf(values).map(runRound)
const sum = (key) => results.reduce((total, result) => total + result[key], 0)
for (const failure of results.flatMap(({ failures }) => failures))
  console.log(`\nFAILED ${failure}`)
for (const lack of new Set(results.flatMap(({ lacks }) => lacks))) console.log(`SKIPPED ${lack}`)
if (sum('skipped') > 0) console.log(`skipped: ${sum('skipped')} tests`)
console.log(`\ntests: ${sum('passed')} passed, ${sum('failed')} failed`)
process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0
