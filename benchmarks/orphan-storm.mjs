import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { spawn } from 'sexton'
import { contendersOf, ratioCells, ratioHead, standingOf } from './contenders.mjs'
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

/** Where each lies; sexton's own by the root of their build. */
const INITS = {
  pid1: (root) => join(root, 'bin/pid1'),
  'pid1 of the library': (root) => join(root, 'dist/cli/pid1.js'),
  tini: () => 'tini',
  'dumb-init': () => 'dumb-init',
  catatonit: () => 'catatonit',
}

// What is measured begins at the release of the orphans. All clocks are the system's monotonic one.
const UNTIL = { stay: 'until the last zombie is gone', leave: 'until the init is gone' }
const STORIES = {
  stay: `the command runs on: ${UNTIL.stay}`,
  leave: `the command exits with them: ${UNTIL.leave}`,
}

const NAMESPACE = ['--fork', '--pid', '--mount-proc', '--kill-child']

const SIZES = [
  [100, 15],
  [1000, 9],
  [10_000, 5],
  [50_000, 3],
]
const QUICK_SIZES = [
  [100, 5],
  [1000, 3],
  [10_000, 2],
]

function planFor({ quick, earlier }) {
  // Each is a process. A PID namespace of its own has a larger kernel.pid_max (since Linux 6.14), but each of its
  // processes needs a pid in all namespaces around it too. Within a namespace of 500 pids one of 4 194 304 had 453
  // processes. So a machine's limit cannot be escaped, and to change it for the whole machine is not ours.
  const limits = Object.fromEntries(
    ['pid_max', 'threads-max'].map((name) => {
      return [name, Number(readFileSync(`/proc/sys/kernel/${name}`, 'utf8'))]
    }),
  )
  const room = Math.min(...Object.values(limits)) - 2000
  const wanted = quick ? QUICK_SIZES : SIZES
  const sizes = wanted.filter(([orphans]) => orphans <= room)
  const leftOut = wanted.map(([orphans]) => orphans).filter((orphans) => orphans > room)
  const most = Math.floor(room / 10_000) * 10_000 // in place of what is left out
  if (leftOut.length > 0 && most > Math.max(0, ...sizes.flat())) sizes.push([most, 3])
  return { sizes, leftOut, limits, room, earlier: earlier?.name }
}

async function measure(options, progress) {
  const plan = planFor(options)
  const field = { ...options, nodes: undefined, baseline: BASELINE }
  const contenders = contendersOf(Object.keys(INITS), field).filter(isInstalled)
  const storms = []
  await withPrograms(['../test/programs/fixtures/storm.c'], async ({ storm }) => {
    for (const [orphans, rounds] of plan.sizes) {
      for (const story of Object.keys(STORIES)) {
        const runs = new Map(contenders.map(({ name }) => [name, []]))
        for (let round = 1; round <= rounds; round += 1) {
          for (const contender of rotated(contenders, round)) {
            progress(`${orphans} orphans, round ${round} of ${rounds}, ${contender.name}`)
            const run = await runStorm(contender, [storm, String(orphans), story])
            runs.get(contender.name).push(run)
          }
        }
        storms.push({ orphans, story, inits: summarize(contenders, runs) })
      }
    }
  })
  return { plan, storms }
}

function isInstalled({ way, root }) {
  return spawnSync(INITS[way](root), ['--version'], { stdio: 'ignore' }).status === 0
}

/** Microseconds of time, and of the processors': the init's, and that of the orphans' birth and death. */
async function runStorm({ name, way, root }, command) {
  const init = spawn('unshare', [...NAMESPACE, INITS[way](root), '--', ...command], {
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

function summarize(contenders, runs) {
  const column = (key) =>
    new Map([...runs].map(([name, each]) => [name, each.map((run) => run[key])]))
  const times = column('time')
  return contenders.map((contender) => ({
    name: contender.name,
    ...summaryOf(times.get(contender.name)),
    ...standingOf(contender, times),
    cpu: quantile(column('cpu').get(contender.name), 0.5),
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
      'pid1 is the keeper, found by a shell; pid1 of the library is the composition in Node, for where there is no keeper. CPU is the time of the init, which for pid1 includes the shell in front, and of the birth and death of the orphans, which is the same for every init.',
      roomOf(plan),
      `The time grows with the number of orphans by this exponent (1 is linear). ${growths.join('; ')}.`,
    ],
    tables: [{ head: headOf(plan), rows: storms.flatMap((storm) => rowsOf(storm, plan)) }],
    charts: storms.length > 4 ? Object.keys(STORIES).map((story) => chart(storms, story)) : [],
  }
}

function growth(storms, index) {
  return exponent(storms.map(({ orphans, inits }) => [orphans, inits[index].median]))
}

function roomOf({ room, limits, leftOut }) {
  const named = Object.entries(limits).map(([name, value]) => `kernel.${name} is ${value}`)
  const told = `This machine has room for at most ${room} orphans at once: ${named.join(', ')}. Namespaces within it cannot have more.`
  if (leftOut.length === 0) return told
  return `${told} Not measured: ${leftOut.join(', ')}. More room: sysctl -w kernel.pid_max=65536.`
}

const headOf = (plan) => [
  ...['orphans, init', 'median', 'p99', ...ratioHead(BASELINE, plan), 'CPU', `× ${BASELINE}`],
]

function rowsOf({ orphans, story, inits }, plan) {
  const base = inits.find(({ name }) => name === BASELINE)
  return inits.map((init) => [
    `${story}, ${orphans}, ${init.name}`,
    ...[duration(init.median), duration(init.p99)],
    ...ratioCells(init, plan),
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

export const orphanStorm = { name: 'orphan-storm', comparesBuilds: true, measure, report }
