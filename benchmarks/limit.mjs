import { execFileSync } from 'node:child_process'
import { contendersOf, ratioCells, ratioHead, scriptOf, standingOf } from './contenders.mjs'
import { environment, withPrograms } from './programs.mjs'
import { summaryOf } from './quantile.mjs'
import { rotated } from './turns.mjs'
import { duration } from './units.mjs'

// How near to what the kernel allows: the same work in a plain C loop, which does nothing else, in turns with
// sexton and child_process, each in a process of its own.

const BASELINE = 'C'
const WORKS = {
  return: 'spawn → it returns',
  spawn: 'spawn → end seen',
  kill: 'kill → end seen',
}

async function measure(options, progress) {
  const size = options.quick ? { rounds: 3, count: 100 } : { rounds: 9, count: 300 }
  const plan = { ...size, earlier: options.earlier?.name }
  const ways = [BASELINE, 'sexton', 'child_process']
  const contenders = contendersOf(ways, { ...options, baseline: BASELINE })
  const samples = Object.fromEntries(Object.keys(WORKS).map((work) => [work, new Map()]))
  await withPrograms(['limit.c', 'nothing.c', 'pause.c'], async (programs) => {
    const { nothing, pause } = programs
    const files = { return: nothing, spawn: nothing, kill: pause }
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const work of Object.keys(WORKS)) {
        for (const contender of rotated(contenders, round)) {
          const { name, way } = contender
          progress(`round ${round} of ${plan.rounds}, ${work}, ${name}`)
          const front =
            way === BASELINE
              ? [programs.limit]
              : [...scriptOf(contender, 'limit-contender.mjs'), way]
          const times = timesOf([...front, work, files[work], String(plan.count)])
          samples[work].set(name, [...(samples[work].get(name) ?? []), times])
        }
      }
    }
  })
  const figures = Object.keys(WORKS).flatMap((work) =>
    contenders.map((contender) => ({
      work,
      name: contender.name,
      ...summaryOf(samples[work].get(contender.name).flat()),
      ...standingOf(contender, samples[work]),
    })),
  )
  return { plan, figures }
}

function timesOf([file, ...words]) {
  const options = { env: environment, encoding: 'utf8', timeout: 60_000 }
  return execFileSync(file, words, options).trim().split('\n').map(Number)
}

function report({ plan, figures }) {
  return {
    title: 'The limit: the same work in C',
    notes: [
      `Each work is measured ${plan.rounds * plan.count} times, after some runs that do not count. The program limit.c does nothing else. It resets signals, as a correct spawn must.`,
      'The less a system call costs, the larger is the share of JavaScript in the ratios.',
    ],
    tables: [
      {
        head: ['work, by', 'median', 'p99', ...ratioHead(BASELINE, plan)],
        rows: figures.map(({ work, name, median, p99, ...standing }) => [
          `${WORKS[work]}, ${name}`,
          ...[duration(median), duration(p99), ...ratioCells(standing, plan)],
        ]),
      },
    ],
    charts: [],
  }
}

export const limit = { name: 'limit', comparesBuilds: true, measure, report }
