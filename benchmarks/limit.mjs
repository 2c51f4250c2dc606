import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compare, inQuartiles } from './comparison.mjs'
import { environment, withPrograms } from './programs.mjs'
import { quantile } from './quantile.mjs'
import { rotated } from './turns.mjs'
import { duration } from './units.mjs'

// How near to what the kernel allows: the same work in a plain C loop, which does nothing else, in turns with
// sexton and child_process, each in a process of its own.

const CONTENDER = fileURLToPath(new URL('limit-contender.mjs', import.meta.url))
const BASELINE = 'C'
const WORKS = {
  return: 'spawn → it returns',
  spawn: 'spawn → end seen',
  kill: 'kill → end seen',
}

async function measure({ quick }, progress) {
  const plan = quick ? { rounds: 3, count: 100 } : { rounds: 9, count: 300 }
  const samples = new Map()
  await withPrograms(['limit.c', 'nothing.c', 'pause.c'], async (programs) => {
    const { nothing, pause } = programs
    const files = { return: nothing, spawn: nothing, kill: pause }
    const contenders = {
      [BASELINE]: [programs.limit],
      sexton: [process.execPath, CONTENDER, 'sexton'],
      child_process: [process.execPath, CONTENDER, 'child_process'],
    }
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const work of Object.keys(WORKS)) {
        for (const name of rotated(Object.keys(contenders), round)) {
          progress(`round ${round} of ${plan.rounds}, ${work}, ${name}`)
          const [file, ...words] = [...contenders[name], work, files[work], String(plan.count)]
          const output = execFileSync(file, words, {
            env: environment,
            encoding: 'utf8',
            timeout: 60_000,
          })
          const key = `${work} ${name}`
          const times = output.trim().split('\n').map(Number)
          samples.set(key, [...(samples.get(key) ?? []), times])
        }
      }
    }
  })
  const figures = [...samples].map(([key, rounds]) => {
    const [work, name] = key.split(' ')
    const [median, p99] = [0.5, 0.99].map((share) => quantile(rounds.flat(), share))
    return {
      work,
      name,
      median,
      p99,
      compared: compare(rounds, samples.get(`${work} ${BASELINE}`)),
    }
  })
  return { plan, figures }
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
        head: ['work, by', 'median', 'p99', `× ${BASELINE} (quartiles)`],
        rows: figures.map(({ work, name, median, p99, compared }) => [
          `${WORKS[work]}, ${name}`,
          ...[duration(median), duration(p99), inQuartiles(compared)],
        ]),
      },
    ],
    charts: [],
  }
}

export const limit = { name: 'limit', measure, report }
