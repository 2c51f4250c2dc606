import { Contender } from './contender.mjs'
import { contendersOf, ratioCells, ratioHead, scriptOf, standingOf } from './contenders.mjs'
import { withPrograms } from './programs.mjs'
import { summaryOf } from './quantile.mjs'
import { rotated } from './turns.mjs'
import { duration } from './units.mjs'

// How near to what the kernel allows: the same work in a plain C loop, which does nothing else, in turns with sexton
// and child_process. Each is a process of its own; all live at once and do a little in turns, so that what slows the
// machine down for a while slows all.

const BASELINE = 'C'
const WORKS = {
  return: 'spawn → it returns',
  spawn: 'spawn → end seen',
  kill: 'kill → end seen',
}

const WARM_UPS = 50

async function measure(options, progress) {
  const size = options.quick ? { rounds: 15, count: 10 } : { rounds: 135, count: 20 }
  const plan = { ...size, earlier: options.earlier?.name }
  const ways = [BASELINE, 'sexton', 'child_process']
  const contenders = contendersOf(ways, { ...options, baseline: BASELINE })
  const samples = Object.fromEntries(Object.keys(WORKS).map((work) => [work, new Map()]))
  await withPrograms(['limit.c', 'nothing.c', 'pause.c'], async (programs) => {
    const { nothing, pause } = programs
    const files = { return: nothing, spawn: nothing, kill: pause }
    const living = contenders.map((contender) => open(contender, programs))
    const ask = async (one, work, count) => {
      return (await one.process.ask(`${work} ${count} ${files[work]}`)).split(' ').map(Number)
    }
    for (const one of living) for (const work of Object.keys(WORKS)) await ask(one, work, WARM_UPS)
    for (let round = 1; round <= plan.rounds; round += 1) {
      progress(`round ${round} of ${plan.rounds}`)
      for (const work of Object.keys(WORKS)) {
        for (const one of rotated(living, round)) {
          const times = await ask(one, work, plan.count)
          samples[work].set(one.name, [...(samples[work].get(one.name) ?? []), times])
        }
      }
    }
    for (const { process } of living) await process.end()
  })
  return { plan, figures: figuresOf(contenders, samples) }
}

function open(contender, programs) {
  const { name, way } = contender
  const script = () => [...scriptOf(contender, 'limit-contender.mjs'), way]
  return { name, process: new Contender(way === BASELINE ? [programs.limit] : script()) }
}

function figuresOf(contenders, samples) {
  return Object.keys(WORKS).flatMap((work) =>
    contenders.map((contender) => ({
      work,
      name: contender.name,
      ...summaryOf(samples[work].get(contender.name).flat()),
      ...standingOf(contender, samples[work]),
    })),
  )
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
