import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { compare, inQuartiles } from './comparison.mjs'
import { environment, withPrograms } from './programs.mjs'
import { quantile } from './quantile.mjs'
import { memoryOf, settled, switches } from './resting.mjs'
import { rotated } from './turns.mjs'

// What an init costs while it does nothing: the time by which it delays its command, the time that the
// whole of a command which does nothing takes, and the memory that it holds while the command runs.
// Against tini and the other inits, and against a bare Node: `node -e 0` for the times, a Node that waits
// for its standard input for the memory. All in turns, in one run.

const BASELINE = 'tini'
const NODE = 'node'
const local = (path) => fileURLToPath(new URL(path, import.meta.url))

/** What each puts in front of a command. */
const INITS = {
  pid1: [local('../bin/pid1'), '-s', '--'],
  'pid1 without its shell': [local('../build/Release/sexton-keeper'), 'pid1', '-s', '--'],
  'pid1 of the library': [local('../dist/cli/pid1.js'), '-s', '--'],
  tini: ['tini', '-s', '--'],
  'dumb-init': ['dumb-init', '--'],
  catatonit: ['catatonit', '--'],
}

const IDLE = `process.stdout.write('ready'); process.stdin.on('data', () => {})`

async function measure({ quick }, progress) {
  const plan = {
    rounds: quick ? 15 : 100,
    memoryRounds: quick ? 2 : 10,
    idle: quick ? 500 : 10_000,
  }
  const names = [NODE, ...Object.keys(INITS).filter(isInstalled)]
  const samples = new Map(names.map((name) => [name, { start: [], whole: [], memory: [] }]))
  await withPrograms(['instant.c'], async ({ instant }) => {
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const name of rotated(names, round)) {
        progress(`round ${round} of ${plan.rounds}, ${name}`)
        const { start, whole } = await time(name, instant)
        samples.get(name).whole.push(whole)
        samples.get(name).start.push(start)
        if (round <= plan.memoryRounds) samples.get(name).memory.push(await memory(name))
      }
    }
  })
  const wakeups = await Promise.all(names.map((name) => idleWakeups(name, plan.idle)))
  const inits = names.map((name, i) => {
    return summarize(name, samples.get(name), wakeups[i], samples.get(BASELINE))
  })
  return { plan, inits }
}

function isInstalled(name) {
  return spawnSync(INITS[name][0], [...INITS[name].slice(1), 'true']).status === 0
}

function begin(words, stdin) {
  const [file, ...args] = words
  return spawn(file, args, {
    stdio: [stdin, 'pipe', 'ignore'],
    env: environment,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
}

/** Milliseconds until the command runs, and until all has ended. */
async function time(name, instant) {
  const words = name === NODE ? [process.execPath, '-e', '0'] : [...INITS[name], instant]
  const before = process.hrtime.bigint()
  const child = begin(words, 'ignore')
  const ended = once(child, 'exit')
  const printed = await text(child.stdout)
  await ended
  const whole = Number(process.hrtime.bigint() - before) / 1e6
  // Of a bare Node there is no command to run: all of it is its start.
  const start = name === NODE ? whole : Number(BigInt(printed.trim()) - before) / 1e6
  return { start, whole }
}

async function beginIdle(name) {
  const command = ['sh', '-c', 'echo ready; read line']
  const words = name === NODE ? [process.execPath, '-e', IDLE] : [...INITS[name], ...command]
  const child = begin(words, 'pipe')
  await once(child.stdout, 'data')
  await settled(child.pid)
  return child
}

/** How often one of its threads is woken while nothing happens, for so many milliseconds. */
async function idleWakeups(name, milliseconds) {
  const child = await beginIdle(name)
  const before = switches(child.pid)
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  const after = switches(child.pid)
  child.stdin.end()
  await once(child, 'exit')
  return after - before
}

/** Kilobytes, while nothing happens. */
async function memory(name) {
  const child = await beginIdle(name)
  const sizes = memoryOf(child.pid)
  child.stdin.end()
  await once(child, 'exit')
  return sizes
}

function summarize(name, { start, whole, memory }, wakeups, baseline) {
  const least = (key) => Math.min(...memory.map((sizes) => sizes[key]))
  const times = (key, values) => ({
    shortest: quantile(values, 0),
    median: quantile(values, 0.5),
    p99: quantile(values, 0.99),
    compared: compare(values, baseline[key]),
  })
  return {
    name,
    wakeups,
    startMilliseconds: times('start', start),
    wholeMilliseconds: times('whole', whole),
    kilobytes: {
      resident: least('resident'),
      proportional: least('proportional'),
      private: least('private'),
    },
  }
}

function report({ plan, inits }) {
  const idle = plan.idle / 1e3
  return {
    title: 'Standing by: what an init costs while it does nothing',
    notes: [
      `The start is measured ${plan.rounds} times with a command that does nothing, and compared with that of ${BASELINE}. Memory is the least of ${plan.memoryRounds} measurements. Wake-ups are counted for ${idle} s.`,
      'pid1 without its shell is an ENTRYPOINT that names the keeper itself. pid1 of the library is what runs where there is no keeper.',
    ],
    tables: [{ head: HEAD, rows: inits.map(row) }],
    charts: [],
  }
}

const RATIO = `× ${BASELINE} (quartiles)`
const HEAD = [
  ...['init', 'command runs after', 'p99', RATIO, 'all over after', RATIO],
  ...['RSS', 'PSS', 'private', 'wake-ups'],
]

function row({ name, startMilliseconds, wholeMilliseconds, kilobytes, wakeups }) {
  const milliseconds = (times) => `${times.median.toFixed(1)} ms`
  const megabytes = (size) => `${(size / 1024).toFixed(1)} MB`
  return [
    name,
    milliseconds(startMilliseconds),
    startMilliseconds.p99.toFixed(1),
    inQuartiles(startMilliseconds.compared),
    milliseconds(wholeMilliseconds),
    inQuartiles(wholeMilliseconds.compared),
    ...[kilobytes.resident, kilobytes.proportional, kilobytes.private].map(megabytes),
    String(wakeups),
  ]
}

export const standingBy = { name: 'standing-by', measure, report }
