import { checkBackend } from '../dist/exit-watch/backend.js'
import { runContender } from './executioner.mjs'
import { quantile, sum } from './quantile.mjs'
import { seededRandom } from './random.mjs'
import { table } from './table.mjs'
import { waiters } from './waiters.mjs'

// "pidfd against polling": how late the end of a process is noticed, and what the waiting costs.

const BASELINE = 'pidfd'

// The children's lives are spread over one round of the slower loop and two of the faster, so that no
// loop is lucky with the phase.
const SHORTEST = 5
const SPREAD = 100

// The first waits of a process also compile and load, and are not counted. The long one comes next:
// after many more the code is hot, and V8 would optimize it, in a thread beside, during the long wait.
const WARM_UPS = 4

function planFor({ quick }) {
  return quick
    ? { rounds: 2, shortWaits: 8, longWait: 500 }
    : { rounds: 4, shortWaits: 40, longWait: 1000 }
}

async function measure(options, progress) {
  const plan = planFor(options)
  const names = Object.keys(waiters).filter(isAvailable)
  const waits = new Map(names.map((name) => [name, { short: [], long: [] }]))
  const random = seededRandom(options.seed)
  for (let round = 1; round <= plan.rounds; round += 1) {
    // The same lives for all contenders of a round, who take turns: what else goes on in the machine
    // falls on all alike.
    const lifetimes = drawLifetimes(plan, random)
    for (const name of names) {
      progress(`round ${round} of ${plan.rounds}, ${name}`)
      const [long, ...short] = (await runContender(name, lifetimes)).slice(WARM_UPS)
      waits.get(name).long.push(long)
      waits.get(name).short.push(...short)
    }
  }
  const contenders = names.map((name) => summarize(name, waits.get(name)))
  return { plan, contenders: withRatios(contenders) }
}

function isAvailable(name) {
  try {
    if (waiters[name].backend !== undefined) checkBackend(waiters[name].backend)
    return true
  } catch (error) {
    if (error.code === 'ERR_UNSUPPORTED') return false
    throw error
  }
}

function drawLifetimes({ shortWaits, longWait }, random) {
  const draw = () => Math.round(SHORTEST + random() * SPREAD)
  return [
    ...Array.from({ length: WARM_UPS }, () => SHORTEST),
    longWait,
    ...Array.from({ length: shortWaits }, draw),
  ]
}

function summarize(name, { short, long }) {
  const latencies = short.map((wait) => wait.latency)
  const secondsOfLong = sum(long.map((wait) => wait.waited))
  return {
    name,
    blocking: waiters[name].blocking,
    waits: short.length,
    medianMicroseconds: quantile(latencies, 0.5),
    p99Microseconds: quantile(latencies, 0.99),
    maxMicroseconds: quantile(latencies, 1),
    cpuMillisecondsPer1000Waits: sum(short.map((wait) => wait.cpu)) / short.length,
    cpuMillisecondsPerSecond: sum(long.map((wait) => wait.cpu)) / 1e3 / secondsOfLong,
    wakeupsPerSecond: sum(long.map((wait) => wait.wakeups)) / secondsOfLong,
  }
}

function withRatios(contenders) {
  const baseline = contenders.find(({ name }) => name === BASELINE)
  return contenders.map((contender) => ({
    ...contender,
    medianRatio: baseline && contender.medianMicroseconds / baseline.medianMicroseconds,
  }))
}

function format({ plan, contenders }) {
  const head = [
    ...['way to wait', 'waits', 'median', 'p99', 'max', `× ${BASELINE}`],
    ...['CPU/1000 waits', 'CPU/s', 'wake-ups/s', 'holds thread'],
  ]
  return [
    'pidfd against polling: from the kill of a child until its end is noticed',
    '',
    table([head, ...contenders.map(row)]),
    '',
    `Median to CPU/1000 waits: children that lived ${SHORTEST} to ${SHORTEST + SPREAD} ms, the same for all.`,
    `CPU/s and wake-ups/s: ${plan.rounds} waits of ${plan.longWait} ms, their beginning and end included.`,
    'The two loops sleep in their thread, as in the article: nothing else can run in it meanwhile.',
  ].join('\n')
}

function row(contender) {
  return [
    contender.name,
    String(contender.waits),
    duration(contender.medianMicroseconds),
    duration(contender.p99Microseconds),
    duration(contender.maxMicroseconds),
    contender.medianRatio === undefined ? '-' : contender.medianRatio.toFixed(1),
    `${contender.cpuMillisecondsPer1000Waits.toFixed(0)} ms`,
    `${contender.cpuMillisecondsPerSecond.toFixed(2)} ms`,
    contender.wakeupsPerSecond.toFixed(1),
    contender.blocking ? 'yes' : 'no',
  ]
}

function duration(microseconds) {
  return microseconds < 1000
    ? `${microseconds.toFixed(0)} µs`
    : `${(microseconds / 1000).toFixed(2)} ms`
}

export const exitNotification = { name: 'exit-notification', measure, format }
