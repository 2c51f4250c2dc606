import { execFileSync } from 'node:child_process'
import { totalmem } from 'node:os'
import { inQuartiles, inverse } from './comparison.mjs'
import { contendersOf, scriptOf, standingOf } from './contenders.mjs'
import { exponent, inWords } from './exponent.mjs'
import { preparePeers } from './installed-peers.mjs'
import { nodes } from './nodes.mjs'
import { environment, withPrograms } from './programs.mjs'
import { summaryOf } from './quantile.mjs'
import { spawners } from './spawners.mjs'
import { rotated } from './turns.mjs'
import { duration } from './units.mjs'

// How long `spawn` holds the event loop, and how long until the program's end is seen, against the ways
// that people use: a program that ends at once, no pipes, each way in a process of its own, in turns.
// fork() copies the page tables, so the same with a heap that is resident.

const BASELINE = 'child_process'
// On each line of Node, with a heap that is large: MB resident.
const COMPARED = ['sexton', 'child_process']
const LARGE = 1000
const FEWER = 30 // spawns from there on, of which each takes child_process up to 0.2 s
const LESS = 'less by (quartiles)'

function planFor({ quick, earlier }) {
  const size = quick
    ? { rounds: 2, count: 40, megabytes: [0, 250] }
    : { rounds: 3, count: 100, megabytes: [0, 250, 1000, 4000] }
  const megabytes = size.megabytes.filter((each) => each * 1e6 < totalmem() / 2)
  return { ...size, megabytes, earlier: earlier?.name }
}

async function measure(options, progress) {
  const { quick, isAside } = options
  const { node, versions } = preparePeers(options)
  const plan = { ...planFor(options), versions }
  const field = { ...options, node, baseline: BASELINE }
  return withPrograms(['nothing.c'], async ({ nothing }) => {
    const inTurns = (contenders, some) => {
      return measureInTurns(contenders, nothing, { ...plan, ...some }, progress)
    }
    const ways = inTurns(contendersOf(Object.keys(spawners), field))
    const onEach = quick || isAside ? [] : contendersOf(COMPARED, { ...field, nodes: nodes() })
    return { plan, ways, onNodes: inTurns(onEach, { megabytes: [LARGE] }) }
  })
}

/** The figures of all contenders, which take turns. */
function measureInTurns(contenders, file, plan, progress) {
  const bySize = new Map(
    plan.megabytes.map((size) => [size, { held: new Map(), whole: new Map() }]),
  )
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const [megabytes, { held, whole }] of bySize) {
      for (const contender of rotated(contenders, round)) {
        const { name } = contender
        progress(`round ${round} of ${plan.rounds}, ${megabytes} MB, ${name}`)
        const spawns = runContender(contender, file, megabytes, plan)
        held.set(name, [...(held.get(name) ?? []), spawns.map((spawn) => spawn.held)])
        whole.set(name, [...(whole.get(name) ?? []), spawns.map((spawn) => spawn.whole)])
      }
    }
  }
  return contenders.map((contender) => summarize(contender, bySize))
}

function runContender(contender, file, megabytes, { count }) {
  const number = megabytes < LARGE ? count : Math.min(count, FEWER)
  const [node, ...script] = scriptOf(contender, 'spawning-contender.mjs')
  const words = [...script, contender.way, file, String(megabytes), String(number)]
  const options = { env: environment, encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 300_000 }
  return JSON.parse(execFileSync(node, words, options)).spawns
}

function summarize(contender, samples) {
  const figures = (rounds) => {
    const { compared, before } = standingOf(contender, rounds)
    const summary = summaryOf(rounds.get(contender.name).flat())
    return { ...summary, less: inverse(compared), before }
  }
  const bySize = [...samples].map(([megabytes, { held, whole }]) => {
    return { megabytes, heldMicroseconds: figures(held), wholeMicroseconds: figures(whole) }
  })
  const growth = exponent(
    bySize.map(({ megabytes, heldMicroseconds }) => [megabytes, heldMicroseconds.median]),
  )
  return { name: contender.name, bySize, growth }
}

function report({ plan, ways, onNodes }) {
  const rows = plan.megabytes.flatMap((size, i) =>
    ways.map(({ name, bySize }) => {
      const { heldMicroseconds: held, wholeMicroseconds: whole } = bySize[i]
      return [`${name}, ${size} MB`, ...cellsOf(held, plan), ...cellsOf(whole, plan)]
    }),
  )
  const titles = ['loop held', 'until the end'].flatMap((what) => [
    ...[what, 'p99', LESS],
    ...(plan.earlier ? [`× ${plan.earlier} (quartiles)`] : []),
  ])
  return {
    title: 'Starting a program: how long the event loop is held, and when the exit is seen',
    notes: [
      `Each of the ${plan.rounds} rounds starts ${plan.count} programs, or ${FEWER} from ${LARGE} MB on. A ratio of 10 means a tenth of the time that ${BASELINE} takes.`,
      'The time held grows with resident memory by this exponent (0 is flat, 1 is linear): ' +
        ways.map(({ name, growth }) => `${name} ${inWords(growth)}`).join(', ') +
        '. fork() copies the page tables, so it grows a little less than linearly. clone() with CLONE_VM copies nothing.',
      'A small heap leaves less to win: another benchmark, the limit, tells how long a plain C program is held. zx runs each program by a shell.',
      plan.versions,
    ],
    tables: [
      { head: ['way, resident', ...titles], rows },
      ...(onNodes.length > 0 ? [nodesTable(onNodes)] : []),
    ],
    charts: [
      {
        name: 'spawn-held',
        title: 'How long spawn() holds the event loop',
        x: { title: 'resident memory beside that of Node', quantity: 'megabytes' },
        y: { title: 'Median', quantity: 'microseconds' },
        better: 'less',
        series: ways.map(({ name, bySize }) => ({
          name,
          points: bySize.map(({ megabytes, heldMicroseconds: { median, low, high } }) => {
            return [megabytes, median, low, high]
          }),
        })),
      },
    ],
  }
}

const cellsOf = ({ median, p99, less, before }, { earlier }) => [
  ...[duration(median), duration(p99), inQuartiles(less)],
  ...(earlier ? [inQuartiles(before)] : []),
]

function nodesTable(onNodes) {
  const rows = onNodes.map(({ name, bySize: [size] }) => {
    const { heldMicroseconds: held, wholeMicroseconds: whole } = size
    const times = [duration(held.median), duration(held.p99), inQuartiles(held.less)]
    return [name, ...times, duration(whole.median)]
  })
  return { head: [`way, Node, ${LARGE} MB`, 'loop held', 'p99', LESS, 'until the end'], rows }
}

export const spawning = { name: 'spawning', comparesBuilds: true, measure, report }
