// Runs the suite on lines of Node, on the back-end that the machine has; the programs on the last of them. The addon is
// not rebuilt: Node-API promises that one build serves them all, and this is the proof.
//
//   node test/versions.mjs [LINE…]      default: 20 22 24 26

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endingOf, runGuarded } from './guarded.mjs'
import { nodeOf } from './node-versions.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const lines = process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24', '26']

// Packing, what builds the addon in other ways, other people's programs, what only reads /proc and what only
// counts the kernel's processes do not depend on the Node.
const LEFT_OUT = [
  'test/programs/inits/*.test.ts',
  'test/programs/{chromium,container,distributed-jobs,doctor,documents,examples,frameworks,kubernetes}.test.ts',
  'test/programs/{manual,pictures,pid1-confined,pid1-start,storm,tree}.test.ts',
  'test/programs/shim-*.test.ts',
  'test/benchmarks/**',
  'test/soak/**',
  'test/lib/job/run-job-escapes.test.ts',
  'test/lib/job/run-job-escapes-isolated.test.ts',
  'test/lib/keeper/keeper-{cgroup,dying,escapes,faults,garbage,hold,hold-killed,hold-peers}.test.ts',
  'test/lib/keeper/keeper-{limits,namespace,protocol,shortage}.test.ts',
  'test/lib/reaping/zombies-unclaimed.test.ts',
  'test/regressions/{start,stops}.test.ts',
  'test/fuzz/**',
  'test/package/**',
  'test/peers/**',
  'test/site/**',
  'test/native/{keeper-sanitizer,pid1-arguments,portable,sanitizer}.test.ts',
]

// On the lines between the oldest and the newest, the programs show nothing that neither of these does.
const BETWEEN = ['test/lib/{cli,shim}/**', 'test/programs/**']

const COUNT = /^tests: (\d+) passed, (\d+) failed$/m

function runSuite(node, leftOut) {
  const suite = [join(root, 'test', 'run.mjs'), '--backend', 'pidfd', '--']
  const result = runGuarded([node, ...suite, ...leftOut.map((path) => `--exclude=${path}`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  const { status, stdout } = result
  // The last line of all is the sum, and whoever adds up such lines must not meet a part of it.
  process.stdout.write(stdout.replace(COUNT, 'of these $1 passed, $2 failed'))
  const [, passed, failed] = COUNT.exec(stdout) ?? [0, 0, 1]
  if (!COUNT.test(stdout))
    console.log(`FAILED ${node}: the suite ended without a count, with ${endingOf(result)}`)
  return { passed: Number(passed), failed: Math.max(Number(failed), status === 0 ? 0 : 1) }
}

let passed = 0
let failed = 0
for (const line of lines) {
  const node = nodeOf(line)
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  console.log(`\n##### Node ${stdout?.trim() ?? `${line}: not installed`} #####`)
  const isLast = line === lines.at(-1)
  const result = runSuite(node, isLast ? LEFT_OUT : [...LEFT_OUT, ...BETWEEN])
  passed += result.passed
  failed += result.failed
}
console.log(`\ntests: ${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
