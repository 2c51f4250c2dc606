import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { benchmarks } from './benchmarks.mjs'
import { drawChart } from './charts/chart.mjs'
import { toMarkdown } from './markdown.mjs'

// docs/benchmarks.md, which is written from the last results of all benchmarks.

const PAGE = new URL('../docs/benchmarks.md', import.meta.url)
const RESULTS = new URL('results/', import.meta.url)

const PREFACE = `# Benchmarks

\`npm run bench\` writes this page, and \`npm run bench -- NAME\` measures one benchmark anew. Each says how long it
took; \`--quick\` takes a tenth of that, for rough figures. \`--compare REVISION\` measures an earlier commit in the same
rounds, and \`--nodes 20,22,24,26\` several lines of Node. Each benchmark is a file in \`benchmarks/\`, which says what it
compares and why that is fair.

The contenders take turns, in rounds. A ratio is the median of the rounds' ratios, with their quartiles; of three rounds
the quartiles are the least and the largest. Where there are fewer than a hundred samples, p99 is the largest.

The figures come from one small and noisy machine. Expect another machine to show similar ratios, not the same
times. What a system call costs shifts the ratios too: it stands beside the figures.`

/** What the last run of each benchmark has to tell, where there was one. */
export function lastReports() {
  return benchmarks.flatMap(({ name, report }) => {
    const file = new URL(`${name}.json`, RESULTS)
    if (!existsSync(file)) return []
    const { machine, ...result } = JSON.parse(readFileSync(file, 'utf8'))
    return [{ name, machine, ...report(result) }]
  })
}

/** The files of a report's charts: their texts, by name. */
export function picturesOf({ charts }) {
  const files = charts.flatMap((chart) =>
    [...drawChart(chart)].map(([theme, svg]) => [`${chart.name}-${theme}.svg`, svg]),
  )
  return new Map(files)
}

export const measuredOn = (machine) => `Measured on ${Object.values(machine).join(', ')}.`

export function writePage() {
  const sections = lastReports().map(({ machine, ...told }) => {
    const notes = [...told.notes, measuredOn(machine)]
    return toMarkdown({ ...told, notes }, '../benchmarks/results')
  })
  writeFileSync(PAGE, `${[PREFACE, ...sections].join('\n\n')}\n`)
}
