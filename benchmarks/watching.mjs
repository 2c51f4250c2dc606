import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { checkBackend } from '../dist/exit/backend.js'
import { compare, inQuartiles } from './comparison.mjs'
import { exponent, inWords } from './exponent.mjs'
import { environment, withPrograms } from './programs.mjs'
import { quantile } from './quantile.mjs'
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
    ? { rounds: 1, kills: 15, window: 500, numbers: [1, 100, 1000] }
    : { rounds: 3, kills: 15, window: 1000, numbers: [1, 10, 100, 300, 1000, 10_000] }
}

async function measure(options, progress) {
  const plan = planFor(options)
  const random = seededRandom(options.seed)
  const names = Object.keys(watchers).filter(isAvailable)
  const samples = new Map(names.map((name) => [name, new Map()]))
  await withPrograms(['pause.c'], async ({ pause }) => {
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const number of plan.numbers) {
        for (const name of rotated(names, round)) {
          progress(`round ${round} of ${plan.rounds}, ${number} children, ${name}`)
          const run = await runContender(name, pause, number, plan, random)
          samples.get(name).set(number, [...(samples.get(name).get(number) ?? []), run])
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
    while (latencies.length < Math.min(plan.kills, number)) {
      await sleep(1 + random() * 100)
      const pid = pids.splice(Math.floor(random() * pids.length), 1)[0]
      const killed = process.hrtime.bigint()
      process.kill(pid, 'SIGKILL')
      const [seen, instant] = (await read()).split(' ')
      if (Number(seen) !== pid) throw new Error(`${name} saw the end of ${seen}, not of ${pid}`)
      latencies.push(Number(BigInt(instant) - killed) / 1e3)
    }
    const seconds = plan.window / 1e3
    return {
      latencies,
      cpu: (after.cpu - before.cpu) / seconds,
      wakeups: (after.switches - before.switches) / seconds,
    }
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
    const rounds = each.map((run) => run.latencies)
    const latencies = rounds.flat()
    const compared = baseline?.get(number).map((run) => run.latencies)
    return {
      number,
      compared: compared && compare(rounds, compared),
      medianMicroseconds: quantile(latencies, 0.5),
      p99Microseconds: quantile(latencies, 0.99),
      cpuMicrosecondsPerSecond: quantile(
        each.map(({ cpu }) => cpu),
        0.5,
      ),
      wakeupsPerSecond: quantile(
        each.map(({ wakeups }) => wakeups),
        0.5,
      ),
    }
  })
  const growth = (key) => exponent(byNumber.map((each) => [each.number, each[key]]))
  return {
    name,
    byNumber,
    growth: { latency: growth('medianMicroseconds'), cpu: growth('cpuMicrosecondsPerSecond') },
  }
}

function report({ plan, ways }) {
  const rows = plan.numbers.flatMap((_, i) =>
    ways.map(({ name, byNumber }) => row(name, byNumber[i])),
  )
  const exponents = (key) =>
    ways.map(({ name, growth }) => `${name} ${inWords(growth[key])}`).join(', ')
  const chart = (name, title, y, key) => ({
    ...{ name, title, x: 'children watched', y },
    series: ways.map(({ name, byNumber }) => ({
      name,
      points: byNumber.map((each) => [each.number, each[key]]),
    })),
  })
  return {
    title: 'pidfd against polling: watching many children',
    notes: [
      `One child is killed; the benchmark measures the time until its exit is noticed. Each of the ${plan.rounds} rounds kills up to ${plan.kills} children. The last two columns tell what the wait costs in ${plan.window / 1e3} s in which no child exits.`,
      'The naive loop and the two-step loop come from the article "Monitoring for process completion in 2021". Each holds its thread.',
      `The median grows with the number of children by this exponent (0 is flat, 1 is linear): ${exponents('latency')}.`,
      'child_process is neither flat nor linear. libuv asks about every child on each SIGCHLD, and from some hundred children on that outweighs the rest. The loops and poll are flat as long as one check of all children is short compared with the time between two checks.',
      `The CPU time, where there is any, grows by this exponent: ${exponents('cpu')}. The growth lies between flat and linear, because each wake-up has a fixed cost and each child adds a check.`,
    ],
    tables: [
      {
        head: [
          'way, children',
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
      chart('watch-latency', 'Kill → exit seen', 'µs, median', 'medianMicroseconds'),
      chart('watch-wakeups', 'Wake-ups while nothing ends', 'a second', 'wakeupsPerSecond'),
      chart('watch-cpu', 'CPU while nothing ends', 'µs a second', 'cpuMicrosecondsPerSecond'),
    ],
  }
}

function row(name, each) {
  return [
    `${name}, ${each.number}`,
    ...[duration(each.medianMicroseconds), duration(each.p99Microseconds)],
    inQuartiles(each.compared),
    ...[duration(each.cpuMicrosecondsPerSecond), each.wakeupsPerSecond.toFixed(1)],
  ]
}

export const watching = { name: 'watching', measure, report }
