import { printable } from '../../base/printable.js'
import type { Family, Sample } from '../../metrics/family.js'
import { isKeeper } from '../../metrics/keepers.js'
import type { Found } from '../../metrics/pass.js'
import { readCommandLine } from '../../system/proc.js'
import { unlessHidden } from '../../system/proc-access.js'
import { isNamedByNode, isZombie, type ProcessStat, shortName } from '../../system/proc-formats.js'
import { type Kin, orphans } from '../tree/orphan.js'

// The most names of parents in one scrape. A process chooses its name, and each name is a series of its own.
const MOST_PARENTS = 20

const OTHERS = '(others)'
const HIDDEN = '(hidden)'

/** The families of what `/proc` shows of this machine or container. */
export function host({ processes, hidden, durationMs }: Found): Family[] {
  const kin = new Map(processes.map((one) => [one.pid, withCommand(one)]))
  const zombies = processes.filter(isZombie)
  const adopted = orphans([...kin.values()], (pid) => kin.get(pid))
  return [
    gauge(
      'processes',
      'Processes that /proc shows, by the letter of their state',
      tally(processes.map(({ state }) => state)).map(([state, value]) => ({
        labels: { state },
        value,
      })),
    ),
    gauge('zombies', 'Dead processes that nobody has reaped yet', [{ value: zombies.length }]),
    gauge(
      'kept.zombies',
      `The same zombies by the name of the parent that has to reap them; ${OTHERS} beyond ${MOST_PARENTS} names`,
      keptZombies(zombies, kin),
    ),
    gauge(
      'orphans',
      'Processes that their parent has adopted and did not start, as far as it shows',
      [{ value: adopted.size }],
    ),
    gauge('keepers', "Processes of sexton's keeper that are alive: of jobs, and pid1", [
      { value: processes.filter(isKeeper).length },
    ]),
    gauge(
      'hidden.processes',
      '0 if /proc shows every process; otherwise processes are known to be missing in the other numbers',
      [{ value: hidden }],
    ),
    gauge(
      'scrape.duration',
      'Time that this pass over /proc took',
      [{ value: durationMs / 1000 }],
      's',
    ),
  ]
}

function gauge(name: string, help: string, samples: Sample[], unit = '{process}'): Family {
  return { name: `sexton.host.${name}`, help, kind: 'gauge', unit, samples }
}

// Only of Node's processes, because a process that hangs in the kernel may keep a reader of its command line waiting.
function withCommand(stat: ProcessStat): Kin {
  const isNode = isNamedByNode(stat.name) || stat.name.startsWith('node')
  return { ...stat, command: isNode ? commandOf(stat) : [] }
}

const commandOf = ({ pid }: ProcessStat) => unlessHidden(() => readCommandLine(pid)) ?? []

function keptZombies(zombies: readonly ProcessStat[], kin: ReadonlyMap<number, Kin>): Sample[] {
  const names = zombies.map(({ ppid }) => {
    const parent = kin.get(ppid)
    return parent === undefined ? HIDDEN : printable(shortName(parent.name, parent.command), true)
  })
  const named = tally(names)
  const shown = named.slice(0, MOST_PARENTS)
  const rest = named.slice(MOST_PARENTS).reduce((sum, [, value]) => sum + value, 0)
  // A process may have this name, too.
  const others = rest + (shown.find(([name]) => name === OTHERS)?.[1] ?? 0)
  const all = [...shown.filter(([name]) => name !== OTHERS), [OTHERS, others] as const]
  return all
    .filter(([, value]) => value > 0)
    .map(([parent, value]) => ({ labels: { parent }, value }))
}

/** Counts equal words. The most frequent ones come first. */
function tally(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}
