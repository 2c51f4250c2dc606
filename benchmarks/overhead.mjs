import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { compare, inQuartiles } from './comparison.mjs'
import { environment, withPrograms } from './programs.mjs'
import { quantile } from './quantile.mjs'
import { memoryOf, settled, switches } from './resting.mjs'
import { rotated } from './turns.mjs'

// What `sexton/init` costs a program that does not need it: one that starts children by child_process all
// the time, with as much memory as a server has and with none, and one that does nothing. The same program
// with and without, in turns.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CONTENDER = fileURLToPath(new URL('overhead-contender.mjs', import.meta.url))
const WAYS = { without: [], 'sexton/init': ['--import', 'sexton/init'] }
const LANES = 16
const SERVER = 100 // megabytes

async function measure({ quick }, progress) {
  const plan = quick
    ? { rounds: 5, children: 300, memoryRounds: 3, idle: 500 }
    : { rounds: 7, children: 600, memoryRounds: 5, idle: 10_000 }
  const names = Object.keys(WAYS)
  const samples = new Map(names.map((name) => [name, { server: [], bare: [], memory: [] }]))
  await withPrograms(['nothing.c'], async ({ nothing }) => {
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const name of rotated(names, round)) {
        progress(`round ${round} of ${plan.rounds}, ${name}`)
        const { server, bare, memory } = samples.get(name)
        server.push((await run(name, nothing, plan.children, SERVER)).time)
        bare.push((await run(name, nothing, plan.children, 0)).time)
        if (round > plan.memoryRounds) continue
        // Without children: how far the heap has grown for them is chance.
        memory.push((await run(name, nothing, 0, 0)).memory)
      }
    }
  })
  const wakeups = await Promise.all(names.map((name) => idleWakeups(name, plan.idle)))
  const ways = names.map((name, i) => {
    const { server, bare, memory } = samples.get(name)
    const base = samples.get('without')
    const middle = (key) =>
      quantile(
        memory.map((sizes) => sizes[key]),
        0.5,
      )
    return {
      name,
      perSecond: (plan.children * 1000) / quantile(server, 0.5),
      server: compare(server, base.server),
      bare: compare(bare, base.bare),
      memory: { javascript: middle('javascript'), private: middle('private') },
      wakeups: wakeups[i],
    }
  })
  return { plan, ways }
}

function start(name, program, children, megabytes, ...flags) {
  const words = [program, children, LANES, megabytes].map(String)
  const command = [...flags, ...WAYS[name], CONTENDER, ...words]
  return spawn(process.execPath, command, {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment,
  })
}

async function run(name, program, children, megabytes) {
  const child = start(name, program, children, megabytes)
  const [line] = await once(child.stdout, 'data')
  if (children === 0) await settled(child.pid)
  const { time, javascript } = JSON.parse(line)
  const memory = { ...memoryOf(child.pid), javascript: javascript / 1024 }
  await ended(child)
  return { time, memory }
}

async function idleWakeups(name, milliseconds) {
  // V8's memory reducer wakes an idle Node some seconds after its start, with sexton or without.
  const child = start(name, 'nothing', 0, 0, '--no-memory-reducer')
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
      `A program that starts ${plan.children} children by child_process, ${LANES} at once, in ${plan.rounds} rounds in turns: a server with`,
      `${SERVER} MB in use, and a bare one, of which each child_process fork costs so little that the memory which sexton`,
      `takes is seen in it. And of one that does nothing JavaScript's memory, all that is private to it (the addon and those`,
      `modules of Node's that are only loaded for it included), and the wake-ups of all threads in ${plan.idle / 1000} s.`,
    ],
    tables: [
      {
        head: ['', 'children/s', 'server, time', 'bare, time', 'JavaScript', 'private', 'wake-ups'],
        rows: ways.map(({ name, perSecond, server, bare, memory, wakeups }) => [
          name,
          perSecond.toFixed(0),
          inQuartiles(server),
          inQuartiles(bare),
          megabytes(memory.javascript),
          megabytes(memory.private),
          String(wakeups),
        ]),
      },
    ],
    charts: [],
  }
}

export const overhead = { name: 'overhead', measure, report }
