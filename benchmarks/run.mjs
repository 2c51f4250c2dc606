// Measures sexton against the other ways, on this machine:
//
//   npm run bench -- [--quick] [--seed N] [NAME…]
//   npm run bench -- --compare REVISION [--quick] [NAME…]
//   npm run bench -- --nodes 20,22,24,26 [--quick] [NAME…]
//   npm run bench -- --draw
//
// Prints tables, and writes the same figures as JSON, Markdown and SVG into benchmarks/results/; then it writes
// docs/benchmarks.md anew, from the last results of all benchmarks. The figures of --quick are rough.
//
// --compare builds an earlier commit, and measures it beside this one in the same rounds; --nodes measures on several
// lines of Node. Both leave out the peers. --draw measures nothing: it draws and writes the last results again.
// Results of --quick lie in results/quick/, those of --compare and --nodes in results/aside/; git ignores both.
//
// npm runs them as a job of sexton's own, which ends and tells what a benchmark leaves. TERM=dumb leaves out the line that
// a job shows: each second it reads of every process.

import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { benchmarks } from './benchmarks.mjs'
import { buildEarlier } from './earlier-build.mjs'
import { machine } from './machine.mjs'
import { toMarkdown } from './markdown.mjs'
import { nodes } from './nodes.mjs'
import { lastReports, measuredOn, picturesOf, writePage } from './page.mjs'
import { table } from './table.mjs'

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  seed: { type: 'string', default: '1' },
  compare: { type: 'string' },
  nodes: { type: 'string' },
  draw: { type: 'boolean', default: false },
}

function readOptions() {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
  const { quick, draw, compare } = values
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`--seed must be a whole number, not '${values.seed}'`)
  }
  const lines = values.nodes?.split(',')
  const odd = lines?.find((line) => !/^\d+$/.test(line))
  if (odd !== undefined) throw new RangeError(`--nodes has '${odd}': expected lines such as 22,24`)
  const isAside = compare !== undefined || lines !== undefined
  const able = benchmarks.filter(({ comparesBuilds }) => comparesBuilds || !isAside)
  const known = able.map(({ name }) => name)
  const unknown = positionals.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const kind = isAside ? ' that compares builds and Nodes' : ''
    throw new RangeError(`there is no benchmark '${unknown}'${kind}, only ${known.join(', ')}`)
  }
  const names = positionals.length > 0 ? positionals : known
  return { quick, draw, seed, names, compare, lines, isAside }
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
  const begun = performance.now()
  const result = await measure(options, (step) => showProgress(done, `${name}: ${step}`))
  where.time = `in ${Math.round((performance.now() - begun) / 1e3)} s`
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const told = report(result)
  const notes = [...told.notes, measuredOn(where)]
  process.stdout.write(`\n${told.title}\n${notes.join('\n')}\n`)
  for (const { head, rows } of told.tables) process.stdout.write(`\n${table([head, ...rows])}\n`)
  const { quick, seed } = options
  const figures = { benchmark: name, machine: where, options: { quick, seed }, ...result }
  save(`${name}.json`, JSON.stringify(figures, null, 2))
  write(name, options.isAside ? { ...told, charts: [] } : told)
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
  if (options.compare !== undefined) options.earlier = buildEarlier(options.compare)
  if (options.lines !== undefined) options.nodes = nodes(options.lines)
} catch (error) {
  console.error(`bench: ${error.message}`)
  process.exit(2)
}
const subfolder = options.quick ? 'quick/' : options.isAside ? 'aside/' : ''
const folder = new URL(`results/${subfolder}`, import.meta.url)
mkdirSync(folder, { recursive: true })
if (options.draw) {
  for (const { name, ...told } of lastReports()) write(name, told)
} else {
  for (const [done, name] of options.names.entries()) {
    await run(
      benchmarks.find((benchmark) => benchmark.name === name),
      done,
    )
  }
}
if (subfolder === '') writePage()
process.stdout.write(`\nwritten to benchmarks/results/${subfolder}\n`)
