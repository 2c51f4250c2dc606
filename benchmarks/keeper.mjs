import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Contender } from './contender.mjs'
import { contendersOf, ratioCells, ratioHead, scriptOf, standingOf } from './contenders.mjs'
import { withPrograms } from './programs.mjs'
import { summaryOf } from './quantile.mjs'
import { memoryOf, settled, switches } from './resting.mjs'
import { rotated } from './turns.mjs'
import { duration } from './units.mjs'

// What a job costs beside a plain spawn(): the time for one that ends at once, the time for many at once, and what its
// keeper needs while the job runs. Both ways are processes of their own, which take turns. Where strace is installed it
// counts the system calls of a keeper that stands by. It is there from the keeper's start, as the keeper lets nobody in.

const SCRIPT = 'keeper-contender.mjs'
const CONTENDER = fileURLToPath(new URL(SCRIPT, import.meta.url))
const [PLAIN, JOB] = ['spawn()', 'runJob()']
const WARM_UPS = 30

function planFor({ quick, earlier }) {
  const size = quick
    ? { rounds: 5, starts: 10, manyRounds: 2, many: 200, idle: 500 }
    : { rounds: 30, starts: 30, manyRounds: 5, many: 1000, idle: 10_000 }
  return { ...size, earlier: earlier?.name }
}

async function measure(options, progress) {
  const plan = planFor(options)
  const contenders = contendersOf([PLAIN, JOB], { ...options, baseline: PLAIN })
  return withPrograms(['nothing.c', 'instant.c'], async ({ nothing, instant }) => {
    const told = (task) => (round) => progress(`${task}, round ${round}`)
    const single = `start ${plan.starts} ${nothing}`
    const warmUp = `start ${WARM_UPS} ${nothing}`
    const starts = await inTurns(
      contenders,
      { rounds: plan.rounds, warmUp, ask: single },
      told('starts'),
    )
    const first = { rounds: plan.rounds, warmUp, ask: `until ${plan.starts} ${instant}` }
    const untils = await inTurns(contenders, first, told('until it runs'))
    const together = `together ${plan.many} ${nothing}`
    const many = await inTurns(
      contenders,
      { rounds: plan.manyRounds, warmUp, ask: together },
      told('at once'),
    )
    progress('standing by')
    return {
      plan,
      untils: summarize(contenders, untils),
      starts: summarize(contenders, starts),
      many: summarize(contenders, many),
      standingBy: await standBy(plan.idle),
    }
  })
}

/** What each contender has measured, round by round. */
async function inTurns(contenders, { rounds, warmUp, ask }, progress) {
  const living = contenders.map((contender) => ({
    name: contender.name,
    process: new Contender([...scriptOf(contender, SCRIPT), contender.way]),
  }))
  const results = new Map(contenders.map(({ name }) => [name, []]))
  for (const { process } of living) await process.ask(warmUp)
  for (let round = 1; round <= rounds; round += 1) {
    progress(round)
    for (const { name, process } of rotated(living, round)) {
      results.get(name).push(JSON.parse(await process.ask(ask)))
    }
  }
  for (const { process } of living) await process.end()
  return results
}

function summarize(contenders, results) {
  return contenders.map((contender) => ({
    name: contender.name,
    ...summaryOf(results.get(contender.name).flat()),
    ...standingOf(contender, results),
  }))
}

const PACKAGE = [
  ...['package.json', 'dist', `benchmarks/${SCRIPT}`],
  ...['build/Release/sexton.node', 'build/Release/sexton-keeper'],
]

/**
 * The memory of a keeper whose job runs, and what it does for so many milliseconds. Its file is a copy: it shares no page
 * with the keeper of the job that the benchmarks are.
 */
async function standBy(idle) {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-bench-'))
  for (const path of PACKAGE)
    cpSync(new URL(`../${path}`, import.meta.url), join(folder, path), { recursive: true })
  const copy = join(folder, 'benchmarks', SCRIPT)
  const contender = new Contender([process.execPath, copy, JOB])
  try {
    const pid = JSON.parse(await contender.ask('stay'))
    await settled(pid)
    const memory = memoryOf(pid)
    const before = switches(pid)
    await sleep(idle)
    return { memory, wakeups: switches(pid) - before, calls: await callsWhileIdle(idle) }
  } finally {
    await contender.end()
    rmSync(folder, { recursive: true })
  }
}

/** The system calls of an idle keeper, counted by strace from the outside; undefined without strace. */
async function callsWhileIdle(idle) {
  if (spawnSync('strace', ['-V'], { stdio: 'ignore' }).status !== 0) return undefined
  const words = ['-f', '-qq', '-e', 'signal=none', process.execPath, CONTENDER, JOB]
  const traced = spawn('strace', words, { stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = once(traced, 'exit')
  let log = ''
  traced.stderr.on('data', (piece) => {
    log += piece
  })
  traced.stdin.write('stay\n')
  const [pid] = await once(traced.stdout, 'data')
  await settled(Number(pid))
  const mark = new RegExp(`\\[pid +${Number(pid)}\\]`, 'g') // strace pads short pids
  const ofKeeper = () => log.match(mark)?.length ?? 0
  await sleep(500) // strace writes late
  const before = ofKeeper()
  await sleep(idle)
  const after = ofKeeper()
  traced.stdin.end()
  await ended
  if (before === 0) throw new Error('strace has not seen the keeper')
  return after - before
}

function report({ plan, untils, starts, many, standingBy }) {
  const { memory, wakeups, calls } = standingBy
  const row = (format) => (way) => [
    way.name,
    format(way.median),
    format(way.p99),
    ...ratioCells(way, plan),
  ]
  const milliseconds = (time) => `${time.toFixed(0)} ms`
  const idle = plan.idle / 1e3
  return {
    title: 'Jobs: what a keeper costs beside a plain spawn()',
    notes: [
      `A program that exits at once, with no pipes, until its status is there; for a job, until nothing of it is left. Both take turns, in ${plan.rounds} rounds of ${plan.starts}.`,
      `Wake-ups and system calls of a keeper whose job runs are counted for ${idle} s.`,
    ],
    tables: [
      {
        head: ['a program that tells the time', 'until it runs', 'p99', ...ratioHead(PLAIN, plan)],
        rows: untils.map(row(duration)),
      },
      {
        head: ['a program that exits at once', 'until the end', 'p99', ...ratioHead(PLAIN, plan)],
        rows: starts.map(row(duration)),
      },
      {
        head: [`${plan.many} of them at once`, 'until all ended', 'p99', ...ratioHead(PLAIN, plan)],
        rows: many.map(row(milliseconds)),
      },
      {
        head: ['a keeper that stands by', 'RSS', 'PSS', 'private', 'wake-ups', 'system calls'],
        rows: [
          [
            `for ${idle} s`,
            `${memory.resident} kB`,
            `${memory.proportional} kB`,
            `${memory.private} kB`,
            String(wakeups),
            String(calls ?? '-'),
          ],
        ],
      },
    ],
    charts: [],
  }
}

export const keeper = { name: 'keeper', comparesBuilds: true, measure, report }
