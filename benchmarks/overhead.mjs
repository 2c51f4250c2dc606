import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { compare, inQuartiles } from './comparison.mjs'
import { environment, withPrograms } from './programs.mjs'
import { quantile } from './quantile.mjs'
import { memoryOf, settled, switches } from './resting.mjs'
import { rotated } from './turns.mjs'

// What `sexton/init` costs a program that does not need it: one that starts children by child_process all
// the time, and one that does nothing. The same program with and without, in turns.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CONTENDER = fileURLToPath(new URL('overhead-contender.mjs', import.meta.url))
const WAYS = { without: [], 'sexton/init': ['--import', 'sexton/init'] }
const LANES = 16

async function measure({ quick }, progress) {
  const plan = quick
    ? { rounds: 5, children: 300, memoryRounds: 3, idle: 500 }
    : { rounds: 41, children: 1000, memoryRounds: 15, idle: 10_000 }
  const names = Object.keys(WAYS)
  const samples = new Map(names.map((name) => [name, { times: [], memory: [] }]))
  await withPrograms(['nothing.c'], async ({ nothing }) => {
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const name of rotated(names, round)) {
        progress(`round ${round} of ${plan.rounds}, ${name}`)
        samples.get(name).times.push((await run(name, nothing, plan.children)).time)
        if (round > plan.memoryRounds) continue
        // Without children: how far the heap has grown for them is chance.
        samples.get(name).memory.push((await run(name, nothing, 0)).memory)
      }
    }
  })
  const wakeups = await Promise.all(names.map((name) => idleWakeups(name, plan.idle)))
  const ways = names.map((name, i) => {
    const { times, memory } = samples.get(name)
    const base = samples.get('without')
    const middle = (key) =>
      quantile(
        memory.map((sizes) => sizes[key]),
        0.5,
      )
    return {
      name,
      perSecond: (plan.children * 1000) / quantile(times, 0.5),
      ratio: compare(times, base.times),
      memory: { private: middle('private'), proportional: middle('proportional') },
      wakeups: wakeups[i],
    }
  })
  return { plan, ways }
}

function start(name, ...words) {
  const command = [...WAYS[name], CONTENDER, ...words.map(String)]
  return spawn(process.execPath, command, {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment,
  })
}

async function run(name, program, children) {
  const child = start(name, program, children, LANES)
  const [line] = await once(child.stdout, 'data')
  if (children === 0) await settled(child.pid)
  const memory = memoryOf(child.pid)
  await ended(child)
  return { time: Number(line), memory }
}

async function idleWakeups(name, milliseconds) {
  const child = start(name, 'nothing', 0, LANES)
  await once(child.stdout, 'data')
  await settled(child.pid)
  const before = switches(child.pid)
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  const wakeups = switches(child.pid) - before
  await ended(child)
  return wakeups
}

async function ended(child) {
  const exit = once(child, 'exit')
  child.stdin.end()
  await exit
}

function report({ plan, ways }) {
  const megabytes = (kilobytes) => `${(kilobytes / 1024).toFixed(2)} MB`
  return {
    title: 'What sexton/init costs',
    notes: [
      `A program that starts ${plan.children} children by child_process, ${LANES} at once, in ${plan.rounds} rounds in turns; and the`,
      `memory and the wake-ups (of all threads, in ${plan.idle / 1000} s) of one that does nothing.`,
    ],
    tables: [
      {
        head: ['', 'children/s', 'time, ratio', 'private memory', 'PSS', 'wake-ups'],
        rows: ways.map(({ name, perSecond, ratio, memory, wakeups }) => [
          name,
          perSecond.toFixed(0),
          inQuartiles(ratio),
          megabytes(memory.private),
          megabytes(memory.proportional),
          String(wakeups),
        ]),
      },
    ],
    charts: [],
  }
}

export const overhead = { name: 'overhead', measure, report }
