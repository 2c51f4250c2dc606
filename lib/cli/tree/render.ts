import { branches } from '../../base/branches.js'
import { clip, printable } from '../../base/printable.js'
import { isZombie, shortName } from '../../system/proc-formats.js'
import type { GuiltyParent } from './guilty.js'
import type { TreeProcess } from './snapshot.js'
import { paint } from './terminal.js'
import { formatAge, formatMemory, formatPercent } from './units.js'

/** The properties of the output that determine how a tree is drawn. */
export interface Look {
  /** Whether the locale is UTF-8. */
  unicode: boolean
  colour: boolean
  /** Columns of the terminal; `undefined` for no limit. */
  width: number | undefined
  /** Lines of the terminal; `undefined` for no limit. */
  height: number | undefined
}

type Style = Parameters<typeof paint>[1]

const DEEPEST = 120

/** Draws a tree as lines of text, followed by a line for each parent that keeps zombies. */
export function render(
  processes: readonly TreeProcess[],
  guilty: readonly GuiltyParent[],
  look: Look,
): string[] {
  const { width, unicode } = look
  const finish = (text: string, style?: Style): string => {
    const clipped = width === undefined ? text : clip(text, width, unicode)
    return look.colour && style !== undefined ? paint(clipped, style) : clipped
  }
  const [heading = '', ...rows] = table(processes, look)
  const tree = rows.map((row, i) => finish(row, colourOf(processes[i] as TreeProcess)))
  const known = new Map(processes.map((one) => [one.pid, one]))
  const after = guilty.map((one) => finish(sentence(one, known, unicode), 'red'))
  const end = after.length === 0 ? [] : ['', ...after]
  return [finish(heading, 'bold'), ...shorten(tree, look, 1 + end.length), ...end]
}

function colourOf(process: TreeProcess): Style | undefined {
  if (process.zombie) return 'red'
  return process.orphan ? 'yellow' : undefined
}

/** Shortens a tree that is too long for the terminal. The lines about guilty parents stay. */
function shorten(tree: string[], { height, unicode }: Look, others: number): string[] {
  const room = height === undefined ? tree.length : Math.max(1, height - others)
  if (tree.length <= room) return tree
  const kept = tree.slice(0, room - 1)
  return [...kept, `${unicode ? '…' : '...'} and ${tree.length - kept.length} more`]
}

function table(processes: readonly TreeProcess[], { unicode, width }: Look): string[] {
  const rows = [['PID', 'S', '', 'AGE', 'CPU%', 'MEM'], ...processes.map(figures)]
  const widths = (rows[0] as string[]).map((_, column) =>
    rows.reduce((most, row) => Math.max(most, (row[column] as string).length), 0),
  )
  const columns = rows.map((row) =>
    row
      .map((cell, i) =>
        i === 2 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number),
      )
      .filter((_, i) => widths[i] !== 0)
      .join('  '),
  )
  const deepest = Math.min(DEEPEST, Math.floor((width ?? DEEPEST * 2) / 2))
  const commands = branches(processes, unicode, deepest).map(
    ({ process, lines }) => lines + printable(title(process), unicode),
  )
  return ['COMMAND', ...commands].map((command, i) => `${columns[i]}  ${command}`)
}

// The marks have a column of their own. In the command column, a process could fake them.
function figures(process: TreeProcess): string[] {
  const marks = [process.zombie ? 'zombie' : [], process.orphan ? 'orphan' : []].flat()
  return [
    String(process.pid),
    process.state,
    marks.join(' '),
    formatAge(process.age),
    formatPercent(process.cpu),
    process.zombie ? '-' : formatMemory(process.memory),
  ]
}

/** Returns the command line of a process, or like `ps` its name in brackets if that is empty. */
function title({ command, name }: TreeProcess): string {
  return command.length === 0 ? `[${name}]` : command.join(' ')
}

function sentence(
  { parent, zombies }: GuiltyParent,
  known: ReadonlyMap<number, TreeProcess>,
  unicode: boolean,
): string {
  const one = zombies.length === 1
  const process = known.get(parent.pid)
  const stopped = process !== undefined && !isZombie(process) && /^[Tt]$/.test(process.state)
  const reason = stopped ? 'is stopped' : 'lives'
  const name = printable(
    process === undefined ? parent.name : shortName(process.name, process.command),
    unicode,
  )
  return (
    `${zombies.length} ${one ? 'zombie is' : 'zombies are'} kept by ${parent.pid} (${name}), ` +
    `which ${reason} and does not reap ${one ? 'it' : 'them'}`
  )
}
