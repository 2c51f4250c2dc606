import { totalmem } from 'node:os'
import { compare, inQuartiles, inverse } from './comparison.mjs'
import { Contender } from './contender.mjs'
import { contendersOf, scriptOf } from './contenders.mjs'
import { preparePeers } from './installed-peers.mjs'
import { summaryOf } from './quantile.mjs'
import { rotated } from './turns.mjs'
import { duration } from './units.mjs'

// What it costs to run a command and get its output, against the ways that people use, on the Node that the newest
// of them need. Each way is a process of its own; all live at once and do a little in turns, so that what slows the
// machine down for a while slows all. Memory is what fork() pays for, so the same with a gigabyte resident.

const OURS = 'sexton'
const STARTERS = ['sexton', 'spawn + exited', 'child_process']
const PEERS = ['execa', 'nano-spawn', 'tinyexec', 'zx']
const COLLECTORS = ['sexton', 'child_process', ...PEERS]
const PIPERS = ['sexton', 'sh', ...PEERS]
const BYTES = 200e6
const WARM_UPS = 30

function planFor({ quick }) {
  return quick
    ? { rounds: 3, bulkRounds: 2, sizes: { 0: 10, 250: 3 } }
    : { rounds: 20, bulkRounds: 7, sizes: { 0: 30, 1000: 4 } } // megabytes: starts in each round
}

async function measure(options, progress) {
  const plan = planFor(options)
  const { node, versions } = preparePeers(options)
  const field = (names) => contendersOf(names, { ...options, node, baseline: OURS })
  const starters = field([...STARTERS, ...PEERS])
  const starts = await startsBySize(starters, '/bin/true', plan, progress)
  const bulk = async (task, names) => {
    const told = (round) => progress(`${task}, round ${round} of ${plan.bulkRounds}`)
    const rounds = { rounds: plan.bulkRounds, warmUp: `${task} 1 ${BYTES}` }
    const contenders = field(names)
    const times = await inTurns(contenders, { ...rounds, ask: `${task} 1 ${BYTES}` }, told)
    return summarize(contenders, times)
  }
  return {
    plan: { ...plan, versions },
    starts,
    collected: await bulk('collect', COLLECTORS),
    piped: await bulk('pipe', PIPERS),
  }
}

async function startsBySize(contenders, program, { rounds, sizes }, progress) {
  const results = []
  for (const [size, count] of Object.entries(sizes)) {
    const megabytes = Math.min(Number(size), Math.floor(totalmem() / 2e6 / contenders.length))
    const plan = {
      rounds,
      warmUp: `start ${WARM_UPS} ${program}`,
      ask: `start ${count} ${program}`,
    }
    const times = await inTurns(contenders, { ...plan, megabytes }, (round) => {
      progress(`starts at ${megabytes} MB, round ${round} of ${rounds}`)
    })
    results.push({ megabytes, ways: summarize(contenders, times) })
  }
  return results
}

/** The times of each contender, round by round. */
async function inTurns(contenders, { rounds, warmUp, ask, megabytes = 0 }, progress) {
  const words = (contender) => scriptOf(contender, 'running-contender.mjs')
  const living = contenders.map((contender) => ({
    name: contender.name,
    process: new Contender([...words(contender), contender.way, String(megabytes)]),
  }))
  const times = new Map(contenders.map(({ name }) => [name, []]))
  for (const { process } of living) await process.ask(warmUp)
  for (let round = 1; round <= rounds; round += 1) {
    progress(round)
    for (const { name, process } of rotated(living, round)) {
      times.get(name).push(JSON.parse(await process.ask(ask)))
    }
  }
  for (const { process } of living) await process.end()
  return times
}

/** Each contender, and how many times as long as it the present sexton takes on the same Node. */
function summarize(contenders, times) {
  return contenders.map(({ name, baseline }) => ({
    name,
    ...summaryOf(times.get(name).flat()),
    ours: compare(times.get(baseline), times.get(name)),
  }))
}

function report({ plan, starts, collected, piped }) {
  const rate = ({ median }) => `${(BYTES / median).toFixed(0)} MB/s`
  const bulk = (ways) => ways.map((way) => [way.name, rate(way), inQuartiles(inverse(way.ours))])
  return {
    title: 'Running a command: its output as a string, and pipelines',
    notes: [
      `Each way is a process of its own. ${plan.versions} They take turns, in ${plan.rounds} rounds. The last column compares \`run()\` with the way of the row, so below 1 sexton takes less time. ` +
        '`spawn + exited` is what `run()` is built on, with the same pipes; it collects nothing.',
      `For ${BYTES / 1e6} MB the last column compares speeds, so above 1 sexton is faster. There \`head\` reads zeros, and in a pipeline \`wc\` counts them. \`sh\` is a shell that connects the two by a pipe of its own. ` +
        `There are ${plan.bulkRounds} rounds.`,
    ],
    tables: [
      {
        head: ['`true`', 'until the result', 'p99', 'run() takes × (quartiles)'],
        rows: starts.flatMap(({ megabytes, ways }) => {
          return ways.map(({ name, median, p99, ours }) => {
            return [`${name}, ${megabytes} MB`, duration(median), duration(p99), inQuartiles(ours)]
          })
        }),
      },
      { head: ['200 MB as a string', 'speed', 'sexton is × (quartiles)'], rows: bulk(collected) },
      {
        head: ['200 MB through a pipeline', 'speed', 'sexton is × (quartiles)'],
        rows: bulk(piped),
      },
    ],
    charts: [],
  }
}

export const running = { name: 'running', comparesBuilds: true, measure, report }
