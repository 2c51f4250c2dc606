import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compare, inQuartiles } from './comparison.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const OURS = [
  ...['sexton', 'spawn + exited', 'spawn()', 'runJob()', 'pidfd', 'sigchld', 'poll'],
  ...['pid1', 'pid1 without its shell', 'pid1 of the library'],
]

/** Those that sexton's ways are measured against; the other peers are left out where many builds or Nodes take part. */
const STANDARDS = ['C', 'child_process', 'tini', 'node']

const isOurs = (way) => OURS.includes(way)

/**
 * @typedef {{ baseline: string, node?: string, nodes?: Map<string, string>, earlier?: { name: string, root: string } }} Field
 */

/**
 * Who takes part: each way once. On several Nodes each takes part on each, and with an earlier build sexton's own take
 * part from there too.
 *
 * @param {string[]} ways
 * @param {Field} field `baseline` is the way that the others are compared with; the rest is as the run was asked for.
 * @returns Contenders: the `name` for tables, the `way`, the `node` and the `root` to run it with, and the names of those
 * that it is compared with.
 */
export function contendersOf(ways, { baseline, nodes, earlier, node = process.execPath }) {
  const few = ways.filter((way) => isOurs(way) || STANDARDS.includes(way))
  const present = nodes || earlier ? few : ways
  return [...(nodes ?? [['', node]])].flatMap(([version, path]) => {
    const named = (way, build) => [way, build && `of ${build}`, version].filter(Boolean).join(' ')
    const common = { node: path, baseline: named(baseline) }
    const now = present.map((way) => {
      const own = earlier && isOurs(way) ? named(way, earlier.name) : undefined
      return { ...common, name: named(way), way, root: ROOT, earlier: own }
    })
    const before = earlier ? few.filter(isOurs) : []
    return [
      ...now,
      ...before.map((way) => {
        return { ...common, name: named(way, earlier.name), way, root: earlier.root }
      }),
    ]
  })
}

/** The words that run a script of this folder, with the Node and the build of a contender. */
export const scriptOf = ({ node, root }, script) => [node, join(root, 'benchmarks', script)]

/** How a contender compares with the baseline, and with its own earlier build. `samples` has the rounds, by name. */
export function standingOf({ name, baseline, earlier }, samples) {
  const against = (other) =>
    samples.has(other) ? compare(samples.get(name), samples.get(other)) : undefined
  return { compared: against(baseline), before: against(earlier) }
}

/** The columns of a table that tell how the contenders compare. */
export const ratioHead = (baseline, { earlier }) => [
  `× ${baseline} (quartiles)`,
  ...(earlier ? [`× ${earlier} (quartiles)`] : []),
]

export const ratioCells = ({ compared, before }, { earlier }) => [
  inQuartiles(compared),
  ...(earlier ? [inQuartiles(before)] : []),
]
