import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { checkBackend } from '../dist/exit/backend.js'
import { compare, inQuartiles } from './comparison.mjs'
import { exponent, inWords } from './exponent.mjs'
import { environment, withPrograms } from './programs.mjs'
import { quantile, summaryOf } from './quantile.mjs'
import { seededRandom } from './random.mjs'
import { rotated } from './turns.mjs'
import { duration } from './units.mjs'
import { watchers } from './watchers.mjs'

// "pidfd against polling", with many children alive: how late the end of one is noticed, and what it costs
// to watch those that live on. Each way in a process of its own, in turns, with the same children; the
// kills come from outside, at instants that no loop can be in step with. Both clocks are the system's.

const CONTENDER = fileURLToPath(new URL('watching-contender.mjs', import.meta.url))
const BASELINE = 'pidfd'
const TOO_LONG = 300_000

function planFor({ quick }) {
  return quick
    ? { rounds: 1, kills: 15, window: 500, numbers: [1, 100, 1000], firsts: { 1: 3, 100: 3 } }
    : {
        ...{ rounds: 3, kills: 16, window: 1000, numbers: [1, 10, 100, 300, 1000, 10_000] },
        firsts: { 1: 12, 10: 12, 100: 9, 300: 6, 1000: 6 },
      }
}

async function measure(options, progress) {
  const plan = planFor(options)
  const random = seededRandom(options.seed)
  const names = Object.keys(watchers).filter(isAvailable)
  const samples = new Map(names.map((name) => [name, new Map()]))
  const add = (name, number, run) => {
    const runs = samples.get(name)
    runs.set(number, [...(runs.get(number) ?? []), run])
  }
  await withPrograms(['pause.c'], async ({ pause }) => {
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const number of plan.numbers) {
        for (const name of rotated(names, round)) {
          progress(`round ${round} of ${plan.rounds}, ${number} children, ${name}`)
          add(name, number, await runContender(name, pause, number, plan, random))
        }
      }
    }
    // A process has one first exit, so these are processes of their own, beyond the rounds.
    const once = { kills: 1, window: 0 }
    for (const [number, count] of Object.entries(plan.firsts)) {
      for (let round = 1; round <= count; round += 1) {
        for (const name of rotated(names, round)) {
          progress(`first exits, round ${round} of ${count}, ${number} children, ${name}`)
          add(name, Number(number), await runContender(name, pause, Number(number), once, random))
        }
      }
    }
  })
  return {
    plan,
    ways: [...samples].map(([name, runs]) => summarize(name, runs, samples.get(BASELINE))),
  }
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

async function runContender(name, file, number, plan, random) {
  const contender = spawn(process.execPath, [CONTENDER, name, file, String(number)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...environment, SEXTON_BACKEND: watchers[name].backend ?? '' },
    timeout: TOO_LONG, // it then says no more, which ends the reading
    killSignal: 'SIGKILL',
  })
  const lines = createInterface({ input: contender.stdout })[Symbol.asyncIterator]()
  const read = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${name} with ${number} children ended, or took too long`)
    return value
  }
  try {
    const pids = JSON.parse(await read())
    await sleep(200) // what starting them has left to do
    const before = usage(contender.pid)
    await sleep(plan.window)
    const after = usage(contender.pid)
    const latencies = []
    while (latencies.length < plan.kills) {
      await sleep(1 + random() * 100)
      const pid = pids.splice(Math.floor(random() * pids.length), 1)[0]
      const killed = process.hrtime.bigint()
      process.kill(pid, 'SIGKILL')
      const [seen, instant, next] = (await read()).split(' ')
      if (Number(seen) !== pid) throw new Error(`${name} saw the end of ${seen}, not of ${pid}`)
      pids.push(Number(next))
      latencies.push(Number(BigInt(instant) - killed) / 1e3)
    }
    if (plan.window === 0) return { latencies }
    const perSecond = (key) => ((after[key] - before[key]) / plan.window) * 1e3
    return { latencies, idle: { cpu: perSecond('cpu'), wakeups: perSecond('switches') } }
  } finally {
    contender.kill('SIGKILL') // and its children with it: see pause.c
    await new Promise((resolve) => contender.once('close', resolve))
  }
}

/** Microseconds of processor time, and how often a thread of it has gone to sleep. */
function usage(pid) {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const read = (file) => readFileSync(`/proc/${pid}/task/${thread}/${file}`, 'latin1')
    return {
      cpu: Number(read('schedstat').split(' ')[0]) / 1e3,
      switches: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(read('status'))[1]),
    }
  })
  return threads.reduce((sum, each) => ({
    cpu: sum.cpu + each.cpu,
    switches: sum.switches + each.switches,
  }))
}

function summarize(name, runs, baseline) {
  const byNumber = [...runs].map(([number, each]) => {
    const base = baseline?.get(number)
    const idle = each.flatMap((run) => run.idle ?? [])
    const middle = (key) => quantile(column(idle, key), 0.5)
    return {
      number,
      exits: [
        { which: 'first', ...figures(each, base, (latencies) => latencies.slice(0, 1)) },
        { which: 'later', ...figures(each, base, (latencies) => latencies.slice(1)) },
      ],
      cpuMicrosecondsPerSecond: middle('cpu'),
      wakeupsPerSecond: middle('wakeups'),
    }
  })
  const growth = (cost) => exponent(byNumber.map((each) => [each.number, cost(each)]))
  return {
    name,
    byNumber,
    growth: {
      latency: growth(({ exits }) => exits.at(-1).median),
      cpu: growth(({ cpuMicrosecondsPerSecond }) => cpuMicrosecondsPerSecond),
    },
  }
}

const column = (rows, key) => rows.map((row) => row[key])

/** Of a part of each run's exits. */
function figures(runs, baseline, part) {
  const parts = (some) => column(some, 'latencies').map(part)
  const rounds = parts(runs).filter(({ length }) => length > 0)
  const base = baseline && parts(baseline).filter(({ length }) => length > 0)
  return { ...summaryOf(rounds.flat()), compared: base && compare(rounds, base) }
}

function report({ plan, ways }) {
  const rows = plan.numbers.flatMap((_, i) => {
    const each = ways.flatMap(({ name, byNumber: { [i]: at } }) =>
      at.exits.map((exit, order) => ({ order, cells: row(name, at, exit) })),
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
          `× ${BASELINE} (quartiles)`,
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

function row(name, { number, cpuMicrosecondsPerSecond, wakeupsPerSecond }, exit) {
  const { which, median, p99, compared } = exit
  return [
    `${name}, ${number}, ${which}`,
    ...[duration(median), duration(p99), inQuartiles(compared)],
    ...[duration(cpuMicrosecondsPerSecond), wakeupsPerSecond.toFixed(1)],
  ]
}

export const watching = { name: 'watching', measure, report }
