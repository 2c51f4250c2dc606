import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { quantile } from './quantile.mjs'
import { table } from './table.mjs'

// "10 000 orphans die at once": how long an init takes to reap them while its main child runs on, and
// to be gone where the main child ends in the same instant.

const BASELINE = 'tini'
const ORPHANS = 10_000
const TOO_LONG = 60_000

const PID1 = fileURLToPath(new URL('../dist/cli/pid1.js', import.meta.url))
const SOURCE = fileURLToPath(new URL('../test/programs/fixtures/storm.c', import.meta.url))

const INITS = {
  pid1: [PID1, '--'],
  tini: ['tini', '--'],
  'dumb-init': ['dumb-init', '--'],
  catatonit: ['catatonit', '--'],
}

// What is measured begins at the release of the orphans. All clocks are the system's monotonic one.
const STORIES = {
  stay: 'the main child runs on: until the last zombie is gone',
  leave: 'the main child ends with them: until the init is gone',
}

const NAMESPACE = ['--fork', '--pid', '--mount-proc', '--kill-child']

async function measure({ quick }, progress) {
  const plan = { orphans: ORPHANS, rounds: quick ? 4 : 15 }
  const folder = mkdtempSync(join(tmpdir(), 'sexton-storm-'))
  try {
    const storm = compile(folder)
    const names = Object.keys(INITS).filter(isInstalled)
    const times = new Map(names.map((name) => [name, { stay: [], leave: [] }]))
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const story of Object.keys(STORIES)) {
        // They take turns, and each begins a round once: what else goes on in the machine, and what
        // the one before has left behind in it, falls on all alike.
        for (const name of rotated(names, round)) {
          progress(`round ${round} of ${plan.rounds}, ${name}`)
          times.get(name)[story].push(await runStorm(name, [storm, String(ORPHANS), story]))
        }
      }
    }
    return { plan, stories: Object.keys(STORIES).map((story) => summarize(story, times)) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function compile(folder) {
  const program = join(folder, 'storm')
  const { status } = spawnSync('cc', ['-O2', '-o', program, SOURCE], { stdio: 'inherit' })
  if (status !== 0) throw new Error('the storm cannot be compiled')
  return program
}

function isInstalled(name) {
  return spawnSync(INITS[name][0], ['--version'], { stdio: 'ignore' }).status === 0
}

function rotated(names, by) {
  const at = by % names.length
  return [...names.slice(at), ...names.slice(0, at)]
}

/** Milliseconds. */
async function runStorm(name, command) {
  const init = spawn('unshare', [...NAMESPACE, ...INITS[name], ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined },
    timeout: TOO_LONG,
    killSignal: 'SIGKILL',
  })
  const ended = new Promise((resolve) => {
    init.once('exit', (code) => resolve({ code, end: process.hrtime.bigint() }))
  })
  const instants = Object.fromEntries(
    (await text(init.stdout)).split('\n').map((line) => line.split(' ')),
  )
  const { code, end } = await ended
  if (code !== 7 || (instants.left ?? '0') !== '0') {
    throw new Error(`under ${name} the storm ended with ${code} and ${instants.left} left`)
  }
  return Number(BigInt(instants.reaped ?? end) - BigInt(instants.released)) / 1e6
}

function summarize(story, times) {
  const baseline = times.get(BASELINE)?.[story]
  const inits = [...times].map(([name, { [story]: milliseconds }]) => ({
    name,
    medianMilliseconds: quantile(milliseconds, 0.5),
    lowerQuartile: quantile(milliseconds, 0.25),
    upperQuartile: quantile(milliseconds, 0.75),
    shortest: quantile(milliseconds, 0),
    longest: quantile(milliseconds, 1),
    medianRatio: baseline && quantile(milliseconds, 0.5) / quantile(baseline, 0.5),
    // Of the two in the same round: what slows a whole round down does not count.
    ratioWithinRounds:
      baseline &&
      quantile(
        milliseconds.map((time, round) => time / baseline[round]),
        0.5,
      ),
    milliseconds,
  }))
  return { story, inits }
}

function format({ plan, stories }) {
  return [
    `${plan.orphans} orphans die at once under an init, ${plan.rounds} rounds`,
    ...stories.flatMap(({ story, inits }) => [
      '',
      STORIES[story],
      table([HEAD, ...inits.map(row)]),
    ]),
  ].join('\n')
}

const HEAD = [
  ...['init', 'median', 'quartiles', 'range'],
  ...[`× ${BASELINE}`, `× ${BASELINE} in the same round`],
]

function row(init) {
  return [
    init.name,
    `${init.medianMilliseconds.toFixed(0)} ms`,
    `${init.lowerQuartile.toFixed(0)} – ${init.upperQuartile.toFixed(0)}`,
    `${init.shortest.toFixed(0)} – ${init.longest.toFixed(0)}`,
    init.medianRatio?.toFixed(2) ?? '-',
    init.ratioWithinRounds?.toFixed(2) ?? '-',
  ]
}

export const orphanStorm = { name: 'orphan-storm', measure, format }
