import { installPeers } from '../test/peers/installed.mjs'
import { compare, inQuartiles } from './comparison.mjs'
import { Contender } from './contender.mjs'
import { contendersOf, ratioCells, ratioHead, scriptOf, standingOf } from './contenders.mjs'
import { versionOf } from './nodes.mjs'
import { withPrograms } from './programs.mjs'
import { quantile, summaryOf } from './quantile.mjs'
import { rotated } from './turns.mjs'
import { duration } from './units.mjs'

// How many programs a second each way starts and sees end, by how many are in flight: without pipes, and with output
// that is read to the end. Then many starts in one turn of the event loop, and all of it beside many children that live
// on. Each way is a process of its own; all live at once and do a little in turns. Those with many children take turns
// with their whole lives, because two crowds at once would not fit into a small machine.

const BASELINE = 'child_process'
const WAYS = ['sexton', 'child_process', 'execa', 'nano-spawn', 'tinyexec', 'zx']
const CROWDED = ['sexton', 'child_process']
const STDIO = {
  ignore: "Programs a second, with stdio: 'ignore'",
  pipe: 'Programs a second, with their output read to the end',
}
const TURN = 100
const WARM_UP = 60

function planFor({ quick, earlier }) {
  const size = quick
    ? { rounds: 2, count: 40, flights: [1, 16], crowd: 1000, crowdRounds: 1 }
    : { rounds: 5, count: 150, flights: [1, 2, 4, 8, 16, 32, 64], crowd: 10_000, crowdRounds: 3 }
  return { ...size, earlier: earlier?.name }
}

async function measure(options, progress) {
  // Without peers any Node will do.
  const node = options.isAside ? process.execPath : installPeers()
  const plan = { ...planFor(options), node: versionOf(node) }
  const field = { ...options, node, baseline: BASELINE }
  return withPrograms(['nothing.c', 'instant.c', 'pause.c'], async (programs) => {
    const contenders = contendersOf(WAYS, field)
    const alone = await measureAlone(contenders, programs, plan, progress)
    const crowded = contendersOf(CROWDED, field)
    return { plan, ...alone, crowded: await measureCrowded(crowded, programs, plan, progress) }
  })
}

/** What each round has measured, by contender. */
class Samples extends Map {
  add(name, sample) {
    this.set(name, [...(this.get(name) ?? []), sample])
  }
}

async function measureAlone(contenders, programs, plan, progress) {
  const rates = Object.keys(STDIO).flatMap((stdio) =>
    plan.flights.map((inFlight) => ({ stdio, inFlight, samples: new Samples() })),
  )
  const [held, whole] = [new Samples(), new Samples()]
  const living = new Map()
  for (const contender of contenders) living.set(contender, await open(contender, programs))
  for (let round = 1; round <= plan.rounds; round += 1) {
    progress(`round ${round} of ${plan.rounds}`)
    for (const { stdio, inFlight, samples } of rates) {
      for (const contender of rotated(contenders, round)) {
        const rate = await rateOf(living.get(contender), stdio, inFlight, programs, plan)
        samples.add(contender.name, rate)
      }
    }
    for (const contender of rotated(contenders, round)) {
      const turn = JSON.parse(await living.get(contender).ask(`turn ${TURN} ${programs.nothing}`))
      held.add(contender.name, turn.held)
      whole.add(contender.name, turn.whole)
    }
  }
  for (const one of living.values()) await one.end()
  return {
    rates: rates.map(({ stdio, inFlight, samples }) => {
      return { stdio, inFlight, ways: summarize(contenders, samples), lead: leadOf(samples) }
    }),
    turn: { held: summarize(contenders, held), whole: summarize(contenders, whole) },
  }
}

async function open(contender, { nothing, instant }) {
  const one = new Contender([...scriptOf(contender, 'throughput-contender.mjs'), contender.way])
  await one.ask(`ignore 8 ${WARM_UP} ${nothing}`)
  await one.ask(`pipe 8 ${WARM_UP} ${instant}`)
  return one
}

async function rateOf(one, stdio, inFlight, { nothing, instant }, { count }) {
  const file = stdio === 'ignore' ? nothing : instant
  const number = Math.max(count, inFlight * 4)
  return JSON.parse(await one.ask(`${stdio} ${inFlight} ${number} ${file}`))
}

/** Beside many children that live on. */
async function measureCrowded(contenders, programs, plan, progress) {
  const tasks = plan.flights.filter((inFlight) => [1, 16].includes(inFlight))
  const rates = tasks.map((inFlight) => ({ inFlight, samples: new Samples() }))
  for (let round = 1; round <= plan.crowdRounds; round += 1) {
    for (const contender of rotated(contenders, round)) {
      progress(`${plan.crowd} children, round ${round} of ${plan.crowdRounds}, ${contender.name}`)
      const one = await open(contender, programs)
      await one.ask(`crowd ${plan.crowd} ${programs.pause}`)
      for (const { inFlight, samples } of rates) {
        samples.add(contender.name, await rateOf(one, 'ignore', inFlight, programs, plan))
      }
      await one.end()
    }
  }
  return rates.map(({ inFlight, samples }) => {
    return { inFlight, ways: summarize(contenders, samples) }
  })
}

function summarize(contenders, samples) {
  return contenders.map((contender) => {
    const { name } = contender
    return { name, ...summaryOf(samples.get(name)), ...standingOf(contender, samples) }
  })
}

/** How sexton compares with the best of the others. */
function leadOf(samples) {
  const others = [...samples].filter(([name]) => !name.startsWith('sexton'))
  if (others.length === 0 || !samples.has('sexton')) return undefined
  const middle = ([, rates]) => quantile(rates, 0.5)
  const best = others.reduce((one, other) => (middle(other) > middle(one) ? other : one))
  return { name: best[0], ...compare(samples.get('sexton'), best[1]) }
}

function report({ plan, rates, turn, crowded }) {
  return {
    title: 'Throughput: programs a second, many starts in one turn, and many living children',
    notes: [
      `More programs a second are better. The number grows until the processors are busy, and no further. Each of the ${plan.rounds} rounds runs ${plan.count} programs or more; zx runs each by a shell. Each way reads output as its documentation has it: sexton by run(). All of them run on Node ${plan.node}.`,
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

export const throughput = { name: 'throughput', comparesBuilds: true, measure, report }
