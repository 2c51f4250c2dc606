import { execFileSync } from 'node:child_process'
import { totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { exponent, inWords } from './exponent.mjs'
import { nodes } from './nodes.mjs'
import { environment, withPrograms } from './programs.mjs'
import { quantile } from './quantile.mjs'
import { spawners } from './spawners.mjs'
import { rotated } from './turns.mjs'
import { duration, ratio } from './units.mjs'

// How long `spawn` holds the event loop, and how long until the program's end is seen, against the ways
// that people use: a program that ends at once, no pipes, each way in a process of its own, in turns.
// fork() copies the page tables, so the same with a heap that is resident.

const CONTENDER = fileURLToPath(new URL('spawning-contender.mjs', import.meta.url))
const BASELINE = 'child_process'
// On each line of Node, with a heap that is large: MB resident.
const COMPARED = ['sexton', 'child_process']
const LARGE = 1000

function planFor({ quick }) {
  return quick
    ? { rounds: 2, count: 40, megabytes: [0, 250], flights: [1, 16] }
    : {
        rounds: 5,
        count: 100,
        megabytes: [0, 250, 500, 1000, 2000, 4000],
        flights: [1, 2, 4, 8, 16, 32, 64],
      }
}

async function measure(options, progress) {
  const plan = planFor(options)
  plan.megabytes = plan.megabytes.filter((size) => size * 1e6 < totalmem() / 2)
  const samples = new Map()
  const onNodes = new Map()
  await withPrograms(['nothing.c'], async ({ nothing }) => {
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const megabytes of plan.megabytes) {
        for (const name of rotated(Object.keys(spawners), round)) {
          progress(`round ${round} of ${plan.rounds}, ${megabytes} MB, ${name}`)
          add(samples, name, megabytes, runContender(name, nothing, megabytes, plan))
        }
      }
      if (options.quick) continue
      for (const [version, node] of nodes()) {
        for (const name of rotated(COMPARED, round)) {
          progress(`round ${round} of ${plan.rounds}, ${version}, ${name}`)
          const run = runContender(name, nothing, LARGE, { ...plan, flights: [] }, node)
          add(onNodes, `${version} ${name}`, LARGE, run)
        }
      }
    }
  })
  const summarized = (each) => [...each].map(([name, sizes]) => summarize(name, sizes))
  return { plan, ways: summarized(samples), onNodes: summarized(onNodes) }
}

function runContender(name, file, megabytes, { count, flights }, node = process.execPath) {
  const words = [CONTENDER, name, file, megabytes, count, megabytes === 0 ? flights.join() : '']
  const options = { env: environment, encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 300_000 }
  return JSON.parse(execFileSync(node, words.map(String), options))
}

function add(samples, name, megabytes, { spawns, rates }) {
  const sizes = samples.get(name) ?? samples.set(name, new Map()).get(name)
  const size = sizes.get(megabytes) ?? { held: [], whole: [], rates: {} }
  size.held.push(...spawns.map(({ held }) => held))
  size.whole.push(...spawns.map(({ whole }) => whole))
  for (const [inFlight, rate] of Object.entries(rates)) {
    size.rates[inFlight] = [...(size.rates[inFlight] ?? []), rate]
  }
  sizes.set(megabytes, size)
}

function summarize(name, sizes) {
  const spread = (values) => ({
    median: quantile(values, 0.5),
    p99: quantile(values, 0.99),
  })
  const bySize = [...sizes].map(([megabytes, { held, whole }]) => {
    return { megabytes, heldMicroseconds: spread(held), wholeMicroseconds: spread(whole) }
  })
  const rates = Object.entries(sizes.get(0)?.rates ?? {})
  const perSecond = rates.map(([inFlight, values]) => [Number(inFlight), quantile(values, 0.5)])
  const growth = exponent(
    bySize.map(({ megabytes, heldMicroseconds }) => [megabytes, heldMicroseconds.median]),
  )
  return { name, bySize, perSecond, growth }
}

function report({ plan, ways, onNodes }) {
  const base = ways.find(({ name }) => name === BASELINE)
  const rows = plan.megabytes.flatMap((size, i) =>
    ways.map(({ name, bySize }) => {
      const { heldMicroseconds: held, wholeMicroseconds: whole } = bySize[i]
      const of = base.bySize[i]
      return [
        `${name}, ${size} MB`,
        ...[duration(held.median), duration(held.p99)],
        ratio(of.heldMicroseconds.median, held.median),
        ...[duration(whole.median), duration(whole.p99)],
        ratio(of.wholeMicroseconds.median, whole.median),
      ]
    }),
  )
  return {
    title: 'Starting a program: how long the event loop is held, and until the end is seen',
    notes: [
      `${plan.rounds * plan.count} spawns each; a ratio of 10 is ten times less than ${BASELINE} takes.`,
      'Growth of the time held with resident memory, as an exponent (0 is flat, 1 is linear): ' +
        ways.map(({ name, growth }) => `${name} ${inWords(growth)}`).join(', '),
    ],
    tables: [
      {
        head: ['way, resident', 'loop held', 'p99', 'less by', 'until the end', 'p99', 'less by'],
        rows,
      },
      {
        head: ['programs a second, in flight', ...plan.flights.map(String)],
        rows: ways.map(({ name, perSecond }) => [
          name,
          ...perSecond.map(([, rate]) => rate.toFixed(0)),
        ]),
      },
      ...(onNodes.length > 0 ? [nodesTable(onNodes)] : []),
    ],
    charts: [
      {
        name: 'spawn-held',
        title: 'spawn() holds the event loop',
        x: 'MB resident',
        y: 'µs, median',
        series: ways.map(({ name, bySize }) => ({
          name,
          // A logarithmic axis has no 0: a Node without ballast has 40 MB.
          points: bySize.map(({ megabytes, heldMicroseconds }) => [
            Math.max(megabytes, 40),
            heldMicroseconds.median,
          ]),
        })),
      },
    ],
  }
}

function nodesTable(onNodes) {
  const rows = onNodes.map(({ name, bySize: [size] }) => {
    const { heldMicroseconds: held, wholeMicroseconds: whole } = size
    return [name, duration(held.median), duration(held.p99), duration(whole.median)]
  })
  return { head: [`Node, way, ${LARGE} MB`, 'loop held', 'p99', 'until the end'], rows }
}

export const spawning = { name: 'spawning', measure, report }
