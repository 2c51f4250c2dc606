import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { spawn } from 'sexton'
import { compare, inQuartiles } from './comparison.mjs'
import { exponent, inWords } from './exponent.mjs'
import { environment, withPrograms } from './programs.mjs'
import { quantile, summaryOf } from './quantile.mjs'
import { rotated } from './turns.mjs'
import { duration, ratio } from './units.mjs'

// Many orphans die at once: how long an init takes to reap them while its main child runs on, and to be gone
// where the main child ends in the same instant. Each init is PID 1 of a namespace of its own. In turns; the
// ratio is of two in the same round, so that what slows a whole round down does not count.

const BASELINE = 'tini'
const TOO_LONG = 120_000

const PID1 = fileURLToPath(new URL('../bin/pid1', import.meta.url))

const INITS = {
  pid1: [PID1, '--'],
  tini: ['tini', '--'],
  'dumb-init': ['dumb-init', '--'],
  catatonit: ['catatonit', '--'],
}

// What is measured begins at the release of the orphans. All clocks are the system's monotonic one.
const UNTIL = { stay: 'until the last zombie is gone', leave: 'until the init is gone' }
const STORIES = {
  stay: `the command runs on: ${UNTIL.stay}`,
  leave: `the command exits with them: ${UNTIL.leave}`,
}

const NAMESPACE = ['--fork', '--pid', '--mount-proc', '--kill-child']

function planFor({ quick }) {
  const sizes = quick
    ? [[10_000, 3]]
    : [
        [100, 15],
        [1000, 9],
        [10_000, 9],
        [50_000, 3],
      ]
  // Each is a process, and numbers of processes are the machine's.
  const limit = (name) => Number(readFileSync(`/proc/sys/kernel/${name}`, 'utf8'))
  const room = Math.min(limit('pid_max'), limit('threads-max')) - 2000
  return { sizes: sizes.filter(([orphans]) => orphans <= room), room }
}

async function measure(options, progress) {
  const plan = planFor(options)
  const names = Object.keys(INITS).filter(isInstalled)
  const storms = []
  await withPrograms(['../test/programs/fixtures/storm.c'], async ({ storm }) => {
    for (const [orphans, rounds] of plan.sizes) {
      for (const story of Object.keys(STORIES)) {
        const runs = new Map(names.map((name) => [name, []]))
        for (let round = 1; round <= rounds; round += 1) {
          for (const name of rotated(names, round)) {
            progress(`${orphans} orphans, round ${round} of ${rounds}, ${name}`)
            runs.get(name).push(await runStorm(name, [storm, String(orphans), story]))
          }
        }
        storms.push({ orphans, story, inits: summarize(runs) })
      }
    }
  })
  return { plan, storms }
}

function isInstalled(name) {
  return spawnSync(INITS[name][0], ['--version'], { stdio: 'ignore' }).status === 0
}

/** Microseconds of time, and of the processors': the init's, and that of the orphans' birth and death. */
async function runStorm(name, command) {
  const init = spawn('unshare', [...NAMESPACE, ...INITS[name], ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment,
    timeout: TOO_LONG,
    killSignal: 'SIGKILL',
  })
  const ended = init.exited.then((status) => ({ status, end: process.hrtime.bigint() }))
  const instants = Object.fromEntries(
    (await text(init.stdout)).split('\n').map((line) => line.split(' ')),
  )
  const { status, end } = await ended
  if (status.code !== 7 || (instants.left ?? '0') !== '0') {
    throw new Error(`under ${name} the storm ended with ${status.code} and ${instants.left} left`)
  }
  const { userCPUTime, systemCPUTime } = status.usage
  const time = Number(BigInt(instants.reaped ?? end) - BigInt(instants.released)) / 1e3
  return { time, cpu: userCPUTime + systemCPUTime }
}

function summarize(runs) {
  const column = (each, key) => each.map((run) => run[key])
  const baseline = runs.get(BASELINE) && column(runs.get(BASELINE), 'time')
  return [...runs].map(([name, each]) => ({
    name,
    ...summaryOf(column(each, 'time')),
    compared: baseline && compare(column(each, 'time'), baseline),
    cpu: quantile(column(each, 'cpu'), 0.5),
  }))
}

function report({ plan, storms }) {
  const growths = Object.keys(STORIES).map((story) => {
    const mine = storms.filter((storm) => storm.story === story)
    const names = mine[0].inits.map(({ name }) => name)
    return `${story}: ${names.map((name, i) => `${name} ${inWords(growth(mine, i))}`).join(', ')}`
  })
  return {
    title: 'Many orphans die at once under an init',
    notes: [
      ...Object.entries(STORIES).map(([story, what]) => `${story}: ${what}.`),
      `Rounds: ${plan.sizes.map(([orphans, rounds]) => `${rounds} of ${orphans}`).join(', ')}.`,
      'CPU is the time of the init, which for pid1 includes the shell in front, and of the birth and death of the orphans, which is the same for every init.',
      `This machine has room for at most ${plan.room} orphans at once (kernel.pid_max, kernel.threads-max).`,
      `The time grows with the number of orphans by this exponent (1 is linear). ${growths.join('; ')}.`,
    ],
    tables: [{ head: HEAD, rows: storms.flatMap(rowsOf) }],
    charts: storms.length > 4 ? Object.keys(STORIES).map((story) => chart(storms, story)) : [],
  }
}

function growth(storms, index) {
  return exponent(storms.map(({ orphans, inits }) => [orphans, inits[index].median]))
}

const HEAD = [
  ...['orphans, init', 'median', 'p99', `× ${BASELINE} (quartiles)`, 'CPU', `× ${BASELINE}`],
]

function rowsOf({ orphans, story, inits }) {
  const base = inits.find(({ name }) => name === BASELINE)
  return inits.map((init) => [
    `${story}, ${orphans}, ${init.name}`,
    ...[duration(init.median), duration(init.p99)],
    inQuartiles(init.compared),
    duration(init.cpu),
    base === undefined ? '-' : ratio(init.cpu, base.cpu),
  ])
}

const TITLES = {
  stay: 'Orphans that die at once while the command runs on',
  leave: 'Orphans that die at once, and the command with them',
}

function chart(storms, story) {
  const mine = storms.filter((storm) => storm.story === story)
  return {
    name: `storm-${story}`,
    title: TITLES[story],
    x: { title: 'orphans', quantity: 'count' },
    y: { title: `Median time ${UNTIL[story]}`, quantity: 'microseconds' },
    better: 'less',
    series: mine[0].inits.map(({ name }, i) => ({
      name,
      points: mine.map(({ orphans, inits }) => {
        const { low, median, high } = inits[i]
        return [orphans, median, low, high]
      }),
    })),
  }
}

export const orphanStorm = { name: 'orphan-storm', measure, report }
