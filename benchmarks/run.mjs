// Measures sexton against the other ways, on this machine:
//
//   npm run bench -- [--quick] [--seed N] [NAME…]
//   npm run bench -- --draw
//
// Prints tables, and writes the same figures as JSON, Markdown and SVG into benchmarks/results/; those of
// --quick, which are rough, into benchmarks/results/quick/. Unless it was quick, docs/benchmarks.md is
// written anew, from the last results of all of them. --draw measures nothing: it draws and writes the last results again.
//
// npm runs them as a job of sexton's own, which ends and tells what a benchmark leaves. TERM=dumb leaves out the line that
// a job shows: each second it reads of every process.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { drawChart, THEMES } from './charts.mjs'
import { foreignChildDelay } from './foreign-child-delay.mjs'
import { keeper } from './keeper.mjs'
import { limit } from './limit.mjs'
import { machine } from './machine.mjs'
import { toMarkdown } from './markdown.mjs'
import { orphanStorm } from './orphan-storm.mjs'
import { overhead } from './overhead.mjs'
import { running } from './running.mjs'
import { shim } from './shim.mjs'
import { spawning } from './spawning.mjs'
import { standingBy } from './standing-by.mjs'
import { table } from './table.mjs'
import { watching } from './watching.mjs'

const BENCHMARKS = [
  watching,
  spawning,
  running,
  keeper,
  shim,
  limit,
  orphanStorm,
  standingBy,
  overhead,
  foreignChildDelay,
]
const NAMES = BENCHMARKS.map(({ name }) => name)
const DOCUMENT = new URL('../docs/benchmarks.md', import.meta.url)

function readOptions() {
  const { values, positionals } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      draw: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`--seed must be a whole number, not ${values.seed}`)
  }
  const unknown = positionals.find((name) => !NAMES.includes(name))
  if (unknown !== undefined) {
    throw new RangeError(`there is no benchmark '${unknown}', only ${NAMES.join(', ')}`)
  }
  const { quick, draw } = values
  return { quick, draw, seed, names: positionals.length > 0 ? positionals : NAMES }
}

/** A bar, and what is being done: on a terminal alone. */
function showProgress(done, text) {
  if (!process.stderr.isTTY) return
  const length = 20
  const full = Math.round((done / options.names.length) * length)
  const bar = '█'.repeat(full) + '░'.repeat(length - full)
  process.stderr.write(`\r\x1b[K${bar} ${text}`)
}

async function run({ name, measure, report }, done) {
  const result = await measure(options, (step) => showProgress(done, `${name}: ${step}`))
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const told = report(result)
  process.stdout.write(`\n${told.title}\n${told.notes.join('\n')}\n`)
  for (const { head, rows } of told.tables) process.stdout.write(`\n${table([head, ...rows])}\n`)
  save(
    `${name}.json`,
    JSON.stringify({ benchmark: name, machine: where, options, ...result }, null, 2),
  )
  write(name, told)
}

function write(name, told) {
  for (const chart of told.charts) {
    for (const [theme, colours] of Object.entries(THEMES))
      save(`${chart.name}-${theme}.svg`, drawChart(chart, colours))
  }
  save(`${name}.md`, toMarkdown(told, '.'))
}

function save(file, text) {
  writeFileSync(new URL(file, folder), `${text}\n`)
}

const PREFACE = `# Benchmarks

\`npm run bench\` writes this page. It runs every benchmark in less than twenty minutes. \`npm run bench -- --quick\` takes
less than two, and \`npm run bench -- NAME\` runs one. Each benchmark is a file in \`benchmarks/\`, which says what it
compares and why that is fair.

The contenders take turns, in rounds. A ratio is the median of the rounds' ratios, with their quartiles; of three rounds
the quartiles are the least and the largest. Where there are fewer than a hundred samples, p99 is the largest.

The figures come from one small and noisy machine. Expect another machine to show the same ratios, not the same times.`

function writeDocument() {
  const results = BENCHMARKS.map(({ name, report }) => {
    const file = new URL(`${name}.json`, folder)
    return existsSync(file) && { ...JSON.parse(readFileSync(file, 'utf8')), name, report }
  }).filter(Boolean)
  const sections = results.map(({ name, report, machine: kind, ...result }) => {
    const told = report(result)
    if (options.draw) write(name, told)
    const notes = [...told.notes, `Measured on ${Object.values(kind).join(', ')}.`]
    return toMarkdown({ ...told, notes }, '../benchmarks/results')
  })
  writeFileSync(DOCUMENT, `${[PREFACE, ...sections].join('\n\n')}\n`)
}

let options
try {
  options = readOptions()
} catch (error) {
  console.error(`bench: ${error.message}`)
  process.exit(2)
}
const folder = new URL(options.quick ? 'results/quick/' : 'results/', import.meta.url)
mkdirSync(folder, { recursive: true })
const where = machine()
if (!options.draw) {
  process.stdout.write(`${Object.values(where).join(', ')}, load ${loadavg()[0].toFixed(2)}\n`)
  for (const [done, name] of options.names.entries()) {
    await run(BENCHMARKS[NAMES.indexOf(name)], done)
  }
}
if (!options.quick) writeDocument()
process.stdout.write(`\nwritten to benchmarks/results/${options.quick ? 'quick/' : ''}\n`)
