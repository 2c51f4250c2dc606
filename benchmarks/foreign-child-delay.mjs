import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pty from 'node-pty'
import { quantile } from './quantile.mjs'

// For how long a dead child of another addon is a zombie before that addon's own thread has reaped it:
// the time for which sexton must leave it alone. Of node-pty, 64 children at once that all die at the
// same moment, while other processes want the processors. Watched by a process that is scheduled before
// all of these.

const CHILDREN = 64
const WATCHER = fileURLToPath(new URL('zombie-times.py', import.meta.url))
const DEFAULT_DELAY = 1000 // lib/reaping/suspects.ts

async function measure({ quick }, progress) {
  const plan = { rounds: quick ? 3 : 20, hogsPerCore: quick ? [0, 10] : [0, 1, 10, 50] }
  const watcher = spawn('python3', [WATCHER], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: watcher.stdout })[Symbol.asyncIterator]()
  const loads = []
  for (const perCore of plan.hogsPerCore) {
    const times = await underLoad(perCore * availableParallelism(), async () => {
      const all = []
      for (let round = 1; round <= plan.rounds; round += 1) {
        progress(`${perCore} busy processes per core, round ${round} of ${plan.rounds}`)
        all.push(...(await dieAtOnce(watcher, lines)))
      }
      return all
    })
    loads.push({
      perCore,
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      max: Math.max(...times),
      count: times.length,
    })
  }
  watcher.stdin.end()
  await once(watcher, 'exit')
  return { plan, loads }
}

async function underLoad(count, work) {
  const hogs = Array.from({ length: count }, () =>
    spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }),
  )
  try {
    return await work()
  } finally {
    const ends = hogs.map((hog) => once(hog, 'exit'))
    for (const hog of hogs) hog.kill('SIGKILL')
    await Promise.all(ends)
  }
}

async function dieAtOnce(watcher, lines) {
  const terminals = Array.from({ length: CHILDREN }, () => pty.spawn('sleep', ['1000'], {}))
  const exits = terminals.map((terminal) => new Promise((resolve) => terminal.onExit(resolve)))
  watcher.stdin.write(`${terminals.map(({ pid }) => pid).join(' ')}\n`)
  await lines.next()
  for (const { pid } of terminals) process.kill(pid, 'SIGKILL')
  const { value } = await lines.next()
  await Promise.all(exits)
  return value.split(' ').map(Number)
}

function report({ plan, loads }) {
  const cell = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
  return {
    title: 'The delay for children of other addons',
    notes: [
      `The benchmark measures how long children of node-pty stay zombies. In each of ${plan.rounds} rounds ${CHILDREN} of them exit at once, while busy processes compete for the processors. ` +
        `sexton leaves such a child alone for ${DEFAULT_DELAY} ms by default, and does not count time in which its own process did not run.`,
    ],
    tables: [
      {
        head: ['busy processes per core', 'median', 'p99', 'max', 'children'],
        rows: loads.map(({ perCore, p50, p99, max, count }) => [
          String(perCore),
          cell(p50),
          cell(p99),
          cell(max),
          String(count),
        ]),
      },
    ],
    charts: [],
  }
}

export const foreignChildDelay = { name: 'foreign-child-delay', measure, report }
