// Runs the suite on each back-end and adds up the counts.
//
//   node test/run.mjs [--soak] [--backend NAME] [vitest's arguments…]

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')

const { values, positionals } = parseArgs({
  options: { soak: { type: 'boolean', default: false }, backend: { type: 'string' } },
  allowPositionals: true,
})

// These do not depend on the round's back-end: packing, other people's programs, builds that choose theirs.
const onlyOnce = [
  'test/package/**',
  'test/programs/inits/**',
  'test/programs/{chromium,container,doctor,examples,frameworks,pid1-cache,storm,tree}.test.ts',
  'test/soak/pid1-instants.test.ts',
  'test/native/{portable,sanitizer}.test.ts',
  'test/fuzz/**',
]
// What is shipped can be tried only where it has been made, for which it takes compilers of other machines.
const shipped = 'test/package/{arm64,package,prebuilt,requirements}.test.ts'
const made = existsSync(join(root, 'prebuilds', 'linux-x64'))
if (!made)
  console.log(`${shipped} is left out: there are no addons in prebuilds/ (npm run prebuild)`)
const once = made ? [] : ['--exclude', shipped]
const excluded = onlyOnce.flatMap((path) => ['--exclude', path])
const rounds = values.backend
  ? [{ backend: values.backend, args: positionals }]
  : [
      { backend: 'pidfd', args: [...once, ...positionals] },
      { backend: 'sigchld', args: [...excluded, ...positionals] },
      { backend: 'poll', args: [...excluded, ...positionals] },
    ]

const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env // it triples Node's start-up

function runRound({ backend, args }, directory) {
  console.log(`\n=== back-end ${backend} ===`)
  const report = join(directory, `${backend}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...environment, SEXTON_BACKEND: backend, ...(values.soak && { SEXTON_SOAK: '1' }) },
  })
  const { numPassedTests, numFailedTests, testResults } = readReport(report)
  // A file that cannot even be loaded has no tests to fail, and must not pass for that.
  const failed = status === 0 ? numFailedTests : Math.max(numFailedTests, 1)
  const failures = testResults.flatMap(failuresOf).map((failure) => `[${backend}] ${failure}`)
  return { passed: numPassedTests, failed, failures }
}

// Said again at the end, where a log that was cut short still has it.
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
    return { numPassedTests: 0, numFailedTests: 1, testResults: [] }
  }
}

const directory = mkdtempSync(join(tmpdir(), 'sexton-test-'))
try {
  const results = rounds.map((round) => runRound(round, directory))
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  for (const failure of results.flatMap(({ failures }) => failures))
    console.log(`\nFAILED ${failure}`)
  console.log(`\ntests: ${sum('passed')} passed, ${sum('failed')} failed`)
  process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0
} finally {
  rmSync(directory, { recursive: true, force: true })
}
