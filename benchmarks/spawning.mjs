import { execFileSync } from 'node:child_process'
import { totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { compare, inQuartiles } from './comparison.mjs'
import { exponent, inWords } from './exponent.mjs'
import { nodes } from './nodes.mjs'
import { environment, withPrograms } from './programs.mjs'
import { quantile, summaryOf } from './quantile.mjs'
import { spawners } from './spawners.mjs'
import { rotated } from './turns.mjs'
import { duration } from './units.mjs'

// How long `spawn` holds the event loop, and how long until the program's end is seen, against the ways
// that people use: a program that ends at once, no pipes, each way in a process of its own, in turns.
// fork() copies the page tables, so the same with a heap that is resident.

const CONTENDER = fileURLToPath(new URL('spawning-contender.mjs', import.meta.url))
const BASELINE = 'child_process'
// On each line of Node, with a heap that is large: MB resident.
const COMPARED = ['sexton', 'child_process']
const LARGE = 1000
const FEWER = 30 // spawns from there on, of which each takes child_process up to 0.2 s
const LESS = 'less by (quartiles)'

function planFor({ quick }) {
  return quick
    ? { rounds: 2, count: 40, megabytes: [0, 250], flights: [1, 16] }
    : {
        rounds: 3,
        count: 100,
        megabytes: [0, 250, 1000, 4000],
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
  const ways = [...samples].map(([name, sizes]) => summarize(name, sizes, samples.get(BASELINE)))
  const each = [...onNodes].map(([name, sizes]) => {
    return summarize(name, sizes, onNodes.get(`${name.split(' ')[0]} ${BASELINE}`))
  })
  return { plan, ways, onNodes: each }
}

function runContender(name, file, megabytes, { count, flights }, node = process.execPath) {
  const number = megabytes < LARGE ? count : Math.min(count, FEWER)
  const words = [CONTENDER, name, file, megabytes, number, megabytes === 0 ? flights.join() : '']
  const options = { env: environment, encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 300_000 }
  return JSON.parse(execFileSync(node, words.map(String), options))
}

function add(samples, name, megabytes, { spawns, rates }) {
  const sizes = samples.get(name) ?? samples.set(name, new Map()).get(name)
  const size = sizes.get(megabytes) ?? { held: [], whole: [], rates: {} }
  size.held.push(spawns.map(({ held }) => held))
  size.whole.push(spawns.map(({ whole }) => whole))
  for (const [inFlight, rate] of Object.entries(rates)) {
    size.rates[inFlight] = [...(size.rates[inFlight] ?? []), rate]
  }
  sizes.set(megabytes, size)
}

function summarize(name, sizes, baseline) {
  // As how many times less than the baseline.
  const figures = (rounds, base) => ({
    ...summaryOf(rounds.flat()),
    less: compare(base, rounds),
  })
  const bySize = [...sizes].map(([megabytes, { held, whole }]) => {
    const base = baseline.get(megabytes)
    return {
      megabytes,
      heldMicroseconds: figures(held, base.held),
      wholeMicroseconds: figures(whole, base.whole),
    }
  })
  const rates = Object.entries(sizes.get(0)?.rates ?? {})
  const perSecond = rates.map(([inFlight, values]) => [Number(inFlight), quantile(values, 0.5)])
  const growth = exponent(
    bySize.map(({ megabytes, heldMicroseconds }) => [megabytes, heldMicroseconds.median]),
  )
  return { name, bySize, perSecond, growth }
}

function report({ plan, ways, onNodes }) {
  const rows = plan.megabytes.flatMap((size, i) =>
    ways.map(({ name, bySize }) => {
      const { heldMicroseconds: held, wholeMicroseconds: whole } = bySize[i]
      return [
        `${name}, ${size} MB`,
        ...[duration(held.median), duration(held.p99), inQuartiles(held.less)],
        ...[duration(whole.median), duration(whole.p99), inQuartiles(whole.less)],
      ]
    }),
  )
  return {
    title: 'Starting a program: how long the event loop is held, and when the exit is seen',
    notes: [
      `Each of the ${plan.rounds} rounds starts ${plan.count} programs, or ${FEWER} from ${LARGE} MB on. A ratio of 10 means a tenth of the time that ${BASELINE} takes.`,
      'The time held grows with resident memory by this exponent (0 is flat, 1 is linear): ' +
        ways.map(({ name, growth }) => `${name} ${inWords(growth)}`).join(', ') +
        '. fork() copies the page tables, so it grows a little less than linearly. clone() with CLONE_VM copies nothing.',
      'A small heap leaves less to win: the next benchmark, the limit, tells how long a plain C program is held. zx runs each program by a shell.',
      'The number of programs a second grows until the processors are busy, and no further.',
    ],
    tables: [
      {
        head: [
          'way, resident',
          ...['loop held', 'until the end'].flatMap((what) => [what, 'p99', LESS]),
        ],
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
        title: 'How long spawn() holds the event loop',
        x: { title: 'resident memory beside that of Node', quantity: 'megabytes' },
        y: { title: 'Median', quantity: 'microseconds' },
        better: 'less',
        series: ways.map(({ name, bySize }) => ({
          name,
          points: bySize.map(({ megabytes, heldMicroseconds: { median, low, high } }) => {
            return [megabytes, median, low, high]
          }),
        })),
      },
    ],
  }
}

function nodesTable(onNodes) {
  const rows = onNodes.map(({ name, bySize: [size] }) => {
    const { heldMicroseconds: held, wholeMicroseconds: whole } = size
    const times = [duration(held.median), duration(held.p99), inQuartiles(held.less)]
    return [name, ...times, duration(whole.median)]
  })
  return { head: [`Node, way, ${LARGE} MB`, 'loop held', 'p99', LESS, 'until the end'], rows }
}

export const spawning = { name: 'spawning', measure, report }
