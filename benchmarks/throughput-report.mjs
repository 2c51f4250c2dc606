import { inQuartiles } from './comparison.mjs'
import { ratioCells, ratioHead } from './contenders.mjs'
import { duration } from './units.mjs'

export const BASELINE = 'child_process'
export const STDIO = {
  ignore: "Programs a second, with stdio: 'ignore'",
  pipe: 'Programs a second, with their output read to the end',
}
/** Starts in one turn of the event loop. */
export const TURN = 100

export function report({ plan, rates, turn, crowded }) {
  return {
    title: 'Throughput: programs a second, many starts in one turn, and many living children',
    notes: [
      `More programs a second are better. The number grows until the processors are busy, and no further. Each of the ${plan.rounds} rounds runs ${plan.count} programs or more; zx runs each by a shell. Each way reads output as its documentation has it: sexton by run(). ${plan.versions}`,
      `Beside ${plan.crowd} living children the programs have no pipes. There are ${plan.crowdRounds} rounds.`,
    ],
    tables: [
      ...Object.keys(STDIO).map((stdio) => ratesTable(stdio, plan, rates)),
      {
        head: [
          `${TURN} starts in one turn`,
          ...['loop held', 'p99', ...ratioHead(BASELINE, plan)],
          ...['until all have ended', 'p99', ...ratioHead(BASELINE, plan)],
        ],
        rows: turn.held.map((held, i) => [
          held.name,
          ...[held, turn.whole[i]].flatMap((figures) => [
            ...[duration(figures.median), duration(figures.p99)],
            ...ratioCells(figures, plan),
          ]),
        ]),
      },
      {
        head: [
          `programs a second, beside ${plan.crowd} children`,
          ...crowded.flatMap(({ inFlight }) => [
            `${inFlight} in flight`,
            ...ratioHead(BASELINE, plan),
          ]),
        ],
        rows: crowded[0].ways.map(({ name }, i) => [
          name,
          ...crowded.flatMap(({ ways }) => [
            ways[i].median.toFixed(0),
            ...ratioCells(ways[i], plan),
          ]),
        ]),
      },
    ],
    charts: Object.keys(STDIO).map((stdio) => chartOf(stdio, rates)),
  }
}

const of = (stdio, rates) => rates.filter((each) => each.stdio === stdio)

function ratesTable(stdio, plan, rates) {
  const mine = of(stdio, rates)
  const rows = mine[0].ways.map(({ name }, i) => [
    name,
    ...mine.map(({ ways }) => ways[i].median.toFixed(0)),
  ])
  const lead = mine.map(({ lead }) => (lead ? `${inQuartiles(lead)} ${lead.name}` : '-'))
  const before = ['sexton ×', ...mine.map(({ ways }) => inQuartiles(ways[0].before))]
  const last = plan.earlier ? [[`${before[0]} ${plan.earlier}`, ...before.slice(1)]] : []
  return {
    head: [`${STDIO[stdio]}, in flight`, ...plan.flights.map(String)],
    rows: [...rows, ['sexton × the best other', ...lead], ...last],
  }
}

function chartOf(stdio, rates) {
  const mine = of(stdio, rates)
  return {
    name: `throughput-${stdio}`,
    title: STDIO[stdio],
    x: { title: 'programs in flight', quantity: 'count' },
    y: { title: 'Median', quantity: 'count' },
    better: 'more',
    series: mine[0].ways.map(({ name }, i) => ({
      name,
      points: mine.map(({ inFlight, ways }) => {
        const { low, median, high } = ways[i]
        return [inFlight, median, low, high]
      }),
    })),
  }
}
