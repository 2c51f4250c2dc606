import { compare } from './comparison.mjs'
import { Contender } from './contender.mjs'
import { contendersOf, scriptOf, standingOf } from './contenders.mjs'
import { preparePeers } from './installed-peers.mjs'
import { withPrograms } from './programs.mjs'
import { quantile, summaryOf } from './quantile.mjs'
import { BASELINE, report, STDIO, TURN } from './throughput-report.mjs'
import { rotated } from './turns.mjs'

// How many programs a second each way starts and sees end, by how many are in flight: without pipes, and with output
// that is read to the end. Then many starts in one turn of the event loop, and all of it beside many children that live
// on. Each way is a process of its own; all live at once and do a little in turns. Those with many children take turns
// with their whole lives, because two crowds at once would not fit into a small machine.

const WAYS = ['sexton', 'child_process', 'execa', 'nano-spawn', 'tinyexec', 'zx']
const CROWDED = ['sexton', 'child_process']
const WARM_UP = 60

function planFor({ quick, earlier }) {
  const size = quick
    ? { rounds: 2, count: 40, flights: [1, 16], crowd: 1000, crowdRounds: 1 }
    : { rounds: 5, count: 150, flights: [1, 2, 4, 8, 16, 32, 64], crowd: 10_000, crowdRounds: 3 }
  return { ...size, earlier: earlier?.name }
}

async function measure(options, progress) {
  const { node, versions } = preparePeers(options)
  const plan = { ...planFor(options), versions }
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

export const throughput = { name: 'throughput', comparesBuilds: true, measure, report }
