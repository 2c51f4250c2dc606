import { fileURLToPath } from 'node:url'
import { compare, inQuartiles } from './comparison.mjs'
import { Contender } from './contender.mjs'
import { withPrograms } from './programs.mjs'
import { quantile } from './quantile.mjs'
import { memoryOf, settled, switches } from './resting.mjs'
import { rotated } from './turns.mjs'

// What `sexton/init` costs a program that does not need it: one that starts children by child_process all
// the time, with as much memory as a server has and with none, and one that does nothing. The same program
// with and without. Both live at once, and do a little in turns: what slows the machine down for longer than
// that slows both. Several pairs, as one that has happened to get huge pages forks faster all its life.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CONTENDER = fileURLToPath(new URL('overhead-contender.mjs', import.meta.url))
const WAYS = { without: [], 'sexton/init': ['--import', 'sexton/init'] }
const LANES = 16
const SIZES = { server: 100, bare: 0 } // megabytes
const WARM_UP = 200 // until all code is compiled

async function measure({ quick }, progress) {
  const plan = quick
    ? { pairs: 2, rounds: 8, children: 32, memoryRounds: 1, idle: 500 }
    : { pairs: 10, rounds: 20, children: 32, memoryRounds: 5, idle: 10_000 }
  const names = Object.keys(WAYS)
  const times = new Map(names.map((name) => [name, { server: [], bare: [] }]))
  await withPrograms(['nothing.c'], async ({ nothing }) => {
    for (let pair = 1; pair <= plan.pairs; pair += 1) {
      for (const size of Object.keys(SIZES)) {
        progress(`pair ${pair} of ${plan.pairs}, ${size}`)
        await serve(nothing, plan, size, times)
      }
    }
  })
  const sizes = new Map(names.map((name) => [name, []]))
  for (let round = 0; round < plan.memoryRounds; round += 1) {
    for (const name of rotated(names, round)) sizes.get(name).push(await sizeOf(name))
  }
  const wakeups = await Promise.all(names.map((name) => idleWakeups(name, plan.idle)))
  const ways = names.map((name, i) => {
    const { server, bare } = times.get(name)
    const base = times.get('without')
    const middle = (key) => quantile(column(sizes.get(name), key), 0.5)
    return {
      name,
      perSecond: (plan.children * 1000) / quantile(server, 0.5),
      server: compare(server, base.server),
      bare: compare(bare, base.bare),
      memory: { javascript: middle('javascript'), anonymous: middle('anonymous') },
      wakeups: wakeups[i],
    }
  })
  return { plan, ways }
}

const column = (rows, key) => rows.map((row) => row[key])

/** Adds the times of a pair, round by round. */
async function serve(program, { rounds, children }, size, times) {
  const names = Object.keys(WAYS)
  const contenders = new Map(names.map((name) => [name, contender(name, program, SIZES[size])]))
  for (const one of contenders.values()) await one.ask(WARM_UP)
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of rotated(names, round)) {
      times.get(name)[size].push(Number(await contenders.get(name).ask(children)))
    }
  }
  for (const one of contenders.values()) await one.end()
}

function contender(name, program, megabytes, ...flags) {
  const words = [program, LANES, megabytes].map(String)
  const command = [process.execPath, ...flags, ...WAYS[name], CONTENDER, ...words]
  return new Contender(command, { cwd: ROOT })
}

/** Of one that has not started children: how far the heap has grown for them is chance. */
async function sizeOf(name) {
  const one = contender(name, 'nothing', 0)
  const javascript = Number(await one.ask(0)) / 1024
  await settled(one.pid)
  const size = { ...memoryOf(one.pid), javascript }
  await one.end()
  return size
}

async function idleWakeups(name, milliseconds) {
  // V8's memory reducer wakes an idle Node some seconds after its start, with sexton or without.
  const one = contender(name, 'nothing', 0, '--no-memory-reducer')
  const { pid } = one
  await one.ask(0)
  await settled(pid)
  const before = switches(pid)
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  const wakeups = switches(pid) - before
  await one.end()
  return wakeups
}

function report({ plan, ways }) {
  const megabytes = (kilobytes) => `${(kilobytes / 1024).toFixed(2)} MB`
  return {
    title: 'What sexton/init costs',
    notes: [
      `A program starts ${plan.children} children by child_process, ${LANES} at once. It runs with and without sexton/init in turns, ${plan.pairs} times ${plan.rounds} rounds. ` +
        `One program is a server with ${SIZES.server} MB in use. The other is a bare one, whose forks are so cheap that the memory of sexton shows in their cost.`,
      'A program that does nothing tells the rest: its JavaScript memory after garbage collection, all its anonymous memory, which V8 takes in steps, and the wake-ups of ' +
        `all threads in ${plan.idle / 1000} s.`,
    ],
    tables: [
      {
        head: [
          '',
          'children/s',
          'server, time',
          'bare, time',
          'JavaScript',
          'anonymous',
          'wake-ups',
        ],
        rows: ways.map(({ name, perSecond, server, bare, memory, wakeups }) => [
          name,
          perSecond.toFixed(0),
          inQuartiles(server),
          inQuartiles(bare),
          megabytes(memory.javascript),
          megabytes(memory.anonymous),
          String(wakeups),
        ]),
      },
    ],
    charts: [],
  }
}

export const overhead = { name: 'overhead', measure, report }
