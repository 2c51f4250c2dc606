import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { contendersOf, ratioCells, ratioHead, standingOf } from './contenders.mjs'
import { environment, withPrograms } from './programs.mjs'
import { summaryOf } from './quantile.mjs'
import { memoryOf, settled, switches } from './resting.mjs'
import { rotated } from './turns.mjs'

// What an init costs while it does nothing: the time by which it delays its command, the time that the
// whole of a command which does nothing takes, and the memory that it holds while the command runs.
// Against tini and the other inits, and against a bare Node: `node -e 0` for the times, a Node that waits
// for its standard input for the memory. All in turns, in one run. Then for how long each is deaf as PID 1.

const BASELINE = 'tini'
const NODE = 'node'

/** What each puts in front of a command; sexton's own by the root of their build. */
const INITS = {
  pid1: (root) => [join(root, 'bin/pid1'), '-s', '--'],
  'pid1 without its shell': (root) => [
    join(root, 'build/Release/sexton-keeper'),
    'pid1',
    '-s',
    '--',
  ],
  'pid1 of the library': (root) => [join(root, 'dist/cli/pid1.js'), '-s', '--'],
  tini: () => ['tini', '-s', '--'],
  'dumb-init': () => ['dumb-init', '--'],
  catatonit: () => ['catatonit', '--'],
}

/** Variables as many and as long as those of a container: a shell in front of an init has to keep them. */
const CONTAINER = {
  PATH: environment.PATH,
  HOSTNAME: '0123456789ab',
  NODE_VERSION: '24.11.1',
  YARN_VERSION: '1.22.22',
  HOME: '/root',
}

/** The microseconds after its exec in which an init is sent a signal: longer than the others are deaf. */
const DEAF_SPAN = 2000

const wordsOf = ({ way, root }, command) => [...INITS[way](root), ...command]

const IDLE = `process.stdout.write('ready'); process.stdin.on('data', () => {})`

async function measure({ quick, ...options }, progress) {
  const plan = {
    rounds: quick ? 15 : 100,
    memoryRounds: quick ? 2 : 10,
    idle: quick ? 500 : 10_000,
    deafRounds: quick ? 20 : 300,
    earlier: options.earlier?.name,
  }
  const field = { ...options, nodes: undefined, baseline: BASELINE }
  const contenders = contendersOf([NODE, ...Object.keys(INITS)], field).filter(isInstalled)
  const samples = new Map(
    contenders.map(({ name }) => [name, { start: [], whole: [], memory: [] }]),
  )
  const deafness = new Map()
  await withPrograms(['instant.c', 'deaf.c'], async ({ instant, deaf }) => {
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const contender of rotated(contenders, round)) {
        progress(`round ${round} of ${plan.rounds}, ${contender.name}`)
        const mine = samples.get(contender.name)
        const { start, whole } = await time(contender, instant)
        mine.whole.push(whole)
        mine.start.push(start)
        if (round <= plan.memoryRounds) mine.memory.push(await memory(contender))
      }
    }
    for (const contender of contenders) {
      progress(`deafness of ${contender.name}`)
      deafness.set(contender.name, deafnessOf(contender, deaf, plan.deafRounds))
    }
  })
  const wakeups = await Promise.all(contenders.map((one) => idleWakeups(one, plan.idle)))
  const inits = contenders.map((one, i) => {
    return { ...summarize(one, samples, wakeups[i]), deafMilliseconds: deafness.get(one.name) }
  })
  return { plan, inits }
}

function isInstalled(contender) {
  if (contender.way === NODE) return true
  const [file, ...words] = wordsOf(contender, ['true'])
  return spawnSync(file, words).status === 0
}

function begin(words, stdin) {
  const [file, ...args] = words
  return spawn(file, args, {
    stdio: [stdin, 'pipe', 'ignore'],
    env: CONTAINER,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
}

/** Milliseconds until the command runs, and until all has ended. */
async function time(contender, instant) {
  const isNode = contender.way === NODE
  const words = isNode ? [process.execPath, '-e', '0'] : wordsOf(contender, [instant])
  const before = process.hrtime.bigint()
  const child = begin(words, 'ignore')
  const ended = once(child, 'exit')
  const printed = await text(child.stdout)
  await ended
  const whole = Number(process.hrtime.bigint() - before) / 1e6
  // Of a bare Node there is no command to run: all of it is its start.
  const start = isNode ? whole : Number(BigInt(printed.trim()) - before) / 1e6
  return { start, whole }
}

/** Milliseconds after its exec in which PID 1 loses signals. Nothing for a bare Node, and without namespaces. */
function deafnessOf(contender, deaf, rounds) {
  if (contender.way === NODE) return undefined
  const words = [String(rounds), String(DEAF_SPAN), ...wordsOf(contender, [deaf])]
  const { status, stdout } = spawnSync(deaf, words, { env: CONTAINER, encoding: 'utf8' })
  return status === 0 ? Number(stdout) / 1e3 : undefined
}

async function beginIdle(contender) {
  const command = ['sh', '-c', 'echo ready; read line']
  const isNode = contender.way === NODE
  const words = isNode ? [process.execPath, '-e', IDLE] : wordsOf(contender, command)
  const child = begin(words, 'pipe')
  await once(child.stdout, 'data')
  await settled(child.pid)
  return child
}

/** How often one of its threads is woken while nothing happens, for so many milliseconds. */
async function idleWakeups(contender, milliseconds) {
  const child = await beginIdle(contender)
  const before = switches(child.pid)
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  const after = switches(child.pid)
  child.stdin.end()
  await once(child, 'exit')
  return after - before
}

/** Kilobytes, while nothing happens. */
async function memory(contender) {
  const child = await beginIdle(contender)
  const sizes = memoryOf(child.pid)
  child.stdin.end()
  await once(child, 'exit')
  return sizes
}

function summarize(contender, samples, wakeups) {
  const { memory } = samples.get(contender.name)
  const least = (key) => Math.min(...memory.map((sizes) => sizes[key]))
  const times = (key) => {
    const rounds = new Map([...samples].map(([name, each]) => [name, each[key]]))
    return { ...summaryOf(rounds.get(contender.name)), ...standingOf(contender, rounds) }
  }
  return {
    name: contender.name,
    wakeups,
    startMilliseconds: times('start'),
    wholeMilliseconds: times('whole'),
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
      `An init is deaf while the kernel drops signals for it as PID 1: so many of ${plan.deafRounds} that came at random instants of the first ${DEAF_SPAN / 1e3} ms.`,
      'pid1 without its shell is an ENTRYPOINT that names the keeper itself. pid1 of the library is what runs where there is no keeper.',
    ],
    tables: [{ head: headOf(plan), rows: inits.map((init) => row(init, plan)) }],
    charts: [],
  }
}

const headOf = (plan) => [
  ...['init', 'command runs after', 'p99', ...ratioHead(BASELINE, plan)],
  ...['all over after', ...ratioHead(BASELINE, plan)],
  ...['RSS', 'PSS', 'private', 'wake-ups', 'deaf'],
]

/** For all of the span: it may be deaf for longer. */
function deafCell(milliseconds) {
  if (milliseconds === undefined) return '–'
  const atLeast = milliseconds * 1e3 === DEAF_SPAN ? '≥ ' : ''
  return `${atLeast}${milliseconds.toFixed(2)} ms`
}

function row(init, plan) {
  const { name, startMilliseconds, wholeMilliseconds, kilobytes, wakeups } = init
  const milliseconds = (times) => `${times.median.toFixed(1)} ms`
  const megabytes = (size) => `${(size / 1024).toFixed(1)} MB`
  return [
    name,
    milliseconds(startMilliseconds),
    startMilliseconds.p99.toFixed(1),
    ...ratioCells(startMilliseconds, plan),
    milliseconds(wholeMilliseconds),
    ...ratioCells(wholeMilliseconds, plan),
    ...[kilobytes.resident, kilobytes.proportional, kilobytes.private].map(megabytes),
    String(wakeups),
    deafCell(init.deafMilliseconds),
  ]
}

export const standingBy = { name: 'standing-by', comparesBuilds: true, measure, report }
