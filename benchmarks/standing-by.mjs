import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { quantile } from './quantile.mjs'
import { table } from './table.mjs'

// What an init costs while it does nothing: the time by which it delays its command, the time that the
// whole of a command which does nothing takes, and the memory that it holds while the command runs.
// Against the other inits, and against a bare Node: `node -e 0` for the times, a Node that waits for
// its standard input for the memory. All in turns, in one run.

const BASELINE = 'node'
const local = (path) => fileURLToPath(new URL(path, import.meta.url))
const PID1 = local('../dist/cli/pid1.js')

/** What each puts in front of a command. */
const INITS = {
  pid1: [PID1, '-s', '--'],
  'pid1 without its shell': [process.execPath, PID1, '-s', '--'],
  tini: ['tini', '-s', '--'],
  'dumb-init': ['dumb-init', '--'],
  catatonit: ['catatonit', '--'],
}

const IDLE = `process.stdout.write('ready'); process.stdin.on('data', () => {})`

async function measure({ quick }, progress) {
  const plan = { rounds: quick ? 15 : 100, memoryRounds: quick ? 3 : 10 }
  const folder = mkdtempSync(join(tmpdir(), 'sexton-standing-by-'))
  try {
    const instant = compile(folder)
    const names = [BASELINE, ...Object.keys(INITS).filter(isInstalled)]
    const samples = new Map(names.map((name) => [name, { start: [], whole: [], memory: [] }]))
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const name of names) {
        progress(`round ${round} of ${plan.rounds}, ${name}`)
        const { start, whole } = await time(name, instant)
        samples.get(name).whole.push(whole)
        samples.get(name).start.push(start)
        if (round <= plan.memoryRounds) samples.get(name).memory.push(await memory(name))
      }
    }
    return { plan, inits: [...samples].map(([name, each]) => summarize(name, each)) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function compile(folder) {
  const program = join(folder, 'instant')
  const { status } = spawnSync('cc', ['-O2', '-static', '-o', program, local('instant.c')])
  if (status !== 0) throw new Error('instant.c cannot be compiled')
  return program
}

function isInstalled(name) {
  return spawnSync(INITS[name][0], ['--version'], { stdio: 'ignore' }).status === 0
}

const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env // it triples Node's start-up

function begin(words, stdin) {
  const [file, ...args] = words
  return spawn(file, args, { stdio: [stdin, 'pipe', 'ignore'], env: environment })
}

/** Milliseconds until the command runs, and until all has ended. */
async function time(name, instant) {
  const words = name === BASELINE ? [process.execPath, '-e', '0'] : [...INITS[name], instant]
  const before = process.hrtime.bigint()
  const child = begin(words, 'ignore')
  const ended = once(child, 'exit')
  const printed = await text(child.stdout)
  await ended
  const whole = Number(process.hrtime.bigint() - before) / 1e6
  // Of a bare Node there is no command to run: all of it is its start.
  const start = name === BASELINE ? whole : Number(BigInt(printed.trim()) - before) / 1e6
  return { start, whole }
}

/** Kilobytes, while nothing happens. */
async function memory(name) {
  const command = ['sh', '-c', 'echo ready; read line']
  const words = name === BASELINE ? [process.execPath, '-e', IDLE] : [...INITS[name], ...command]
  const child = begin(words, 'pipe')
  await once(child.stdout, 'data')
  await settled(child.pid)
  const rollup = readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8')
  const field = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(rollup)[1])
  const sizes = {
    resident: field('Rss'),
    proportional: field('Pss'),
    private: field('Private_Clean') + field('Private_Dirty'),
  }
  child.stdin.end()
  await once(child, 'exit')
  return sizes
}

/** Until it sleeps, and has used no more processor time for a while. */
async function settled(pid) {
  const used = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ', 13)
  for (let before = ''; ; ) {
    const [state, ...fields] = used()
    const now = fields.slice(10).join()
    if (state === 'S' && now === before) return
    before = now
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function summarize(name, { start, whole, memory }) {
  const least = (key) => Math.min(...memory.map((sizes) => sizes[key]))
  const times = (values) => ({
    shortest: quantile(values, 0),
    median: quantile(values, 0.5),
    p99: quantile(values, 0.99),
  })
  return {
    name,
    startMilliseconds: times(start),
    wholeMilliseconds: times(whole),
    kilobytes: {
      resident: least('resident'),
      proportional: least('proportional'),
      private: least('private'),
    },
  }
}

function format({ plan, inits }) {
  const baseline = inits.find(({ name }) => name === BASELINE)
  const rows = inits.map((init) => row(init, baseline))
  return [
    `An init and a command that does nothing, ${plan.rounds} rounds`,
    '',
    table([HEAD, ...rows]),
  ].join('\n')
}

const HEAD = [
  ...['init', 'command runs after', 'p99', `× ${BASELINE}`, 'all over after', `× ${BASELINE}`],
  ...['RSS', 'PSS', 'private'],
]

function row({ name, startMilliseconds, wholeMilliseconds, kilobytes }, baseline) {
  const ratio = (times, key) => (times.median / baseline[key].median).toFixed(2)
  const megabytes = (size) => `${(size / 1024).toFixed(1)} MB`
  return [
    name,
    `${startMilliseconds.median.toFixed(1)} ms`,
    startMilliseconds.p99.toFixed(1),
    ratio(startMilliseconds, 'startMilliseconds'),
    `${wholeMilliseconds.median.toFixed(1)} ms`,
    ratio(wholeMilliseconds, 'wholeMilliseconds'),
    megabytes(kilobytes.resident),
    megabytes(kilobytes.proportional),
    megabytes(kilobytes.private),
  ]
}

export const standingBy = { name: 'standing-by', measure, format }
