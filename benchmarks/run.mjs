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

import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { benchmarks } from './benchmarks.mjs'
import { machine } from './machine.mjs'
import { toMarkdown } from './markdown.mjs'
import { lastReports, measuredOn, picturesOf, writePage } from './page.mjs'
import { table } from './table.mjs'

const NAMES = benchmarks.map(({ name }) => name)

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
  const where = await machine()
  const result = await measure(options, (step) => showProgress(done, `${name}: ${step}`))
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const told = report(result)
  const notes = [...told.notes, measuredOn(where)]
  process.stdout.write(`\n${told.title}\n${notes.join('\n')}\n`)
  for (const { head, rows } of told.tables) process.stdout.write(`\n${table([head, ...rows])}\n`)
  save(
    `${name}.json`,
    JSON.stringify({ benchmark: name, machine: where, options, ...result }, null, 2),
  )
  write(name, told)
}

function write(name, told) {
  for (const [file, svg] of picturesOf(told)) save(file, svg)
  save(`${name}.md`, toMarkdown(told, '.'))
}

function save(file, text) {
  writeFileSync(new URL(file, folder), `${text.trimEnd()}\n`)
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
if (options.draw) {
  for (const { name, ...told } of lastReports()) write(name, told)
} else {
  for (const [done, name] of options.names.entries()) {
    await run(benchmarks[NAMES.indexOf(name)], done)
  }
}
if (!options.quick) writePage()
process.stdout.write(`\nwritten to benchmarks/results/${options.quick ? 'quick/' : ''}\n`)
