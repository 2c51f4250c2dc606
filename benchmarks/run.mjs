// Measures sexton against the other ways, on this machine:
// `npm run bench -- [--quick] [--seed n] [benchmark…]`, without a name all of them.
// Prints a table, and writes the same figures to benchmarks/results/ as JSON.

import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { exitNotification } from './exit-notification.mjs'
import { machine } from './machine.mjs'
import { orphanStorm } from './orphan-storm.mjs'

const RESULTS = new URL('results/', import.meta.url)
const BENCHMARKS = [exitNotification, orphanStorm]

function readOptions() {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
    allowPositionals: true,
  })
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`--seed must be a whole number, not ${values.seed}`)
  return { options: { quick: values.quick, seed }, benchmarks: choose(positionals) }
}

function choose(names) {
  const unknown = names.find((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name))
  if (unknown !== undefined) throw new RangeError(`there is no benchmark '${unknown}'`)
  return names.length === 0 ? BENCHMARKS : BENCHMARKS.filter(({ name }) => names.includes(name))
}

function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

function save(name, report) {
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(new URL(`${name}.json`, RESULTS), `${JSON.stringify(report, null, 2)}\n`)
}

const { options, benchmarks } = readOptions()
const where = machine()
process.stdout.write(`${Object.values(where).join(', ')}\n`)
for (const { name, measure, format } of benchmarks) {
  const result = await measure(options, (step) => showProgress(`${name}: ${step}`))
  showProgress('')
  process.stdout.write(`\n${format(result)}\n`)
  save(name, { benchmark: name, machine: where, options, ...result })
  process.stdout.write(`\nwritten to benchmarks/results/${name}.json\n`)
}
