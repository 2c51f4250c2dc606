import { checkBackend } from '../dist/exit/backend.js'
import { contendersOf, ratioCells, ratioHead, standingOf } from './contenders.mjs'
import { exponent, inWords } from './exponent.mjs'
import { withPrograms } from './programs.mjs'
import { quantile, summaryOf } from './quantile.mjs'
import { seededRandom } from './random.mjs'
import { rotated } from './turns.mjs'
import { duration } from './units.mjs'
import { watchers } from './watchers.mjs'
import { runContender } from './watching-run.mjs'

// "pidfd against polling", with many children alive: how late the end of one is noticed, and what it costs
// to watch those that live on. Each way in a process of its own, in turns, with the same children; the
// kills come from outside, at instants that no loop can be in step with. Both clocks are the system's.

const BASELINE = 'pidfd'

function planFor({ quick, earlier }) {
  const size = quick
    ? { rounds: 1, kills: 15, window: 500, numbers: [1, 100, 1000], firsts: { 1: 3, 100: 3 } }
    : {
        ...{ rounds: 3, kills: 16, window: 1000, numbers: [1, 10, 100, 300, 1000, 10_000] },
        firsts: { 1: 12, 10: 12, 100: 9, 300: 6, 1000: 6 },
      }
  return { ...size, earlier: earlier?.name }
}

async function measure(options, progress) {
  const plan = planFor(options)
  const random = seededRandom(options.seed)
  const names = Object.keys(watchers).filter(isAvailable)
  const contenders = contendersOf(names, { ...options, baseline: BASELINE })
  const samples = new Map(contenders.map(({ name }) => [name, new Map()]))
  const add = async (contender, programs, number, some) => {
    const run = await runContender(contender, programs, number, some, random)
    const runs = samples.get(contender.name)
    runs.set(number, [...(runs.get(number) ?? []), run])
  }
  await withPrograms(['pause.c', 'siblings.c'], async (programs) => {
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const number of plan.numbers) {
        for (const contender of rotated(contenders, round)) {
          progress(`round ${round} of ${plan.rounds}, ${number} children, ${contender.name}`)
          await add(contender, programs, number, plan)
        }
      }
    }
    // A process has one first exit, so these are processes of their own, beyond the rounds.
    const once = { kills: 1, window: 0 }
    for (const [number, count] of Object.entries(plan.firsts)) {
      for (let round = 1; round <= count; round += 1) {
        for (const contender of rotated(contenders, round)) {
          progress(`first exits, round ${round} of ${count}, ${number} children, ${contender.name}`)
          await add(contender, programs, Number(number), once)
        }
      }
    }
  })
  return { plan, ways: contenders.map((contender) => summarize(contender, plan, samples)) }
}

function isAvailable(name) {
  try {
    if (watchers[name].backend !== undefined) checkBackend(watchers[name].backend)
    return true
  } catch (error) {
    if (error.code === 'ERR_UNSUPPORTED') return false
    throw error
  }
}

function summarize(contender, { numbers }, samples) {
  const byNumber = numbers.map((number) => {
    const runs = new Map([...samples].map(([name, byNumber]) => [name, byNumber.get(number)]))
    const idle = runs.get(contender.name).flatMap((run) => run.idle ?? [])
    const middle = (key) =>
      quantile(
        idle.map((each) => each[key]),
        0.5,
      )
    return {
      number,
      exits: [
        { which: 'first', ...figures(contender, runs, (latencies) => latencies.slice(0, 1)) },
        { which: 'later', ...figures(contender, runs, (latencies) => latencies.slice(1)) },
      ],
      cpuMicrosecondsPerSecond: middle('cpu'),
      wakeupsPerSecond: middle('wakeups'),
    }
  })
  const growth = (cost) => exponent(byNumber.map((each) => [each.number, cost(each)]))
  return {
    name: contender.name,
    byNumber,
    growth: {
      latency: growth(({ exits }) => exits.at(-1).median),
      cpu: growth(({ cpuMicrosecondsPerSecond }) => cpuMicrosecondsPerSecond),
    },
  }
}

/** Of a part of each run's exits. */
function figures(contender, runs, part) {
  const roundsOf = (some) =>
    some.map(({ latencies }) => part(latencies)).filter((one) => one.length > 0)
  const rounds = new Map([...runs].map(([name, some]) => [name, roundsOf(some)]))
  const summary = summaryOf(rounds.get(contender.name).flat())
  return { ...summary, ...standingOf(contender, rounds) }
}

function report({ plan, ways }) {
  const rows = plan.numbers.flatMap((_, i) => {
    const each = ways.flatMap(({ name, byNumber: { [i]: at } }) =>
      at.exits.map((exit, order) => ({ order, cells: row(name, at, exit, plan) })),
    )
    return each.sort((a, b) => a.order - b.order).map(({ cells }) => cells)
  })
  const exponents = (key) =>
    ways.map(({ name, growth }) => `${name} ${inWords(growth[key])}`).join(', ')
  const chart = (name, title, y, pointOf) => ({
    ...{ name, title, y, better: 'less' },
    x: { title: 'children watched', quantity: 'count' },
    series: ways.map(({ name, byNumber }) => ({ name, points: byNumber.map(pointOf) })),
  })
  return {
    title: 'pidfd against polling: watching many children',
    notes: [
      `One child is killed; the benchmark measures the time until its exit is noticed. Each of the ${plan.rounds} rounds kills ${plan.kills} children, one after the other; a new child takes the place of each. The last two columns tell what the wait costs in ${plan.window / 1e3} s in which no child exits.`,
      'The first exit in the life of a process runs code that is not compiled yet, so it has a row of its own. Its samples come from further processes too, of which each sees one exit.',
      'The naive loop and the two-step loop come from the article "Monitoring for process completion in 2021". Each holds its thread.',
      `The median grows with the number of children by this exponent (0 is flat, 1 is linear): ${exponents('latency')}.`,
      'child_process is neither flat nor linear. libuv asks about every child on each SIGCHLD, and from some hundred children on that outweighs the rest. The loops and poll are flat as long as one check of all children is short compared with the time between two checks.',
      `The CPU time, where there is any, grows by this exponent: ${exponents('cpu')}. The growth lies between flat and linear, because each wake-up has a fixed cost and each child adds a check.`,
    ],
    tables: [
      {
        head: [
          'way, children, exits',
          'noticed after',
          'p99',
          ...ratioHead(BASELINE, plan),
          'CPU/s',
          'wake-ups/s',
        ],
        rows,
      },
    ],
    charts: [
      chart(
        'watch-latency',
        'How soon the exit of one child is seen',
        { title: 'Median time from the kill, of later exits', quantity: 'microseconds' },
        ({ number, exits }) => {
          const { low, median, high } = exits.at(-1)
          return [number, median, low, high]
        },
      ),
      chart(
        'watch-wakeups',
        'Wake-ups while no child exits',
        { title: 'Wake-ups a second', quantity: 'count' },
        ({ number, wakeupsPerSecond }) => [number, wakeupsPerSecond],
      ),
      chart(
        'watch-cpu',
        'Processor time used while no child exits',
        { title: 'Share of one processor', quantity: 'percent' },
        ({ number, cpuMicrosecondsPerSecond }) => [number, cpuMicrosecondsPerSecond / 1e4],
      ),
    ],
  }
}

function row(name, { number, cpuMicrosecondsPerSecond, wakeupsPerSecond }, exit, plan) {
  const { which, median, p99, ...standing } = exit
  return [
    `${name}, ${number}, ${which}`,
    ...[duration(median), duration(p99), ...ratioCells(standing, plan)],
    ...[duration(cpuMicrosecondsPerSecond), wakeupsPerSecond.toFixed(1)],
  ]
}

export const watching = { name: 'watching', comparesBuilds: true, measure, report }
