import { printable } from '../../base/printable.js'
import { paint } from '../tree/terminal.js'
import { formatAge } from '../tree/units.js'
import type { Examination } from './examination.js'
import type { Finding } from './findings.js'

const MARKS: Readonly<Record<Finding['level'], string>> = {
  wrong: 'WRONG',
  note: 'note ',
  fine: 'fine ',
}
const STYLES = { wrong: 'red', note: 'yellow', fine: 'green' } as const
const MOST_ZOMBIES = 10
// An orphan may look like a child of the main thread.
const OWNERS = { worker: 'worker', adopted: 'adopted', main: 'main or adopted' } as const

/** Formats a report as lines. */
export function render(
  seen: Examination,
  findings: readonly Finding[],
  look: { unicode: boolean; colour: boolean },
): string[] {
  const { unicode, colour } = look
  const mark = (level: Finding['level']) =>
    colour ? paint(MARKS[level], STYLES[level]) : MARKS[level]
  const words = seen.command.length > 0 ? seen.command.join(' ') : `[${seen.name}]`
  const lines = findings.flatMap(({ level, message, advice }) => [
    `${mark(level)}  ${message}`,
    ...(advice === undefined ? [] : [`       ${unicode ? '→' : '->'} ${advice}`]),
  ])
  const shown = seen.zombies.slice(0, MOST_ZOMBIES)
  const more = seen.zombies.length - shown.length
  const zombies = shown.map(
    ({ pid, name, ageSeconds, whose }) =>
      `       ${pid}  [${printable(name, unicode)}]  started ${formatAge(ageSeconds)} ago, ${OWNERS[whose]}`,
  )
  return [
    `${seen.pid}  ${printable(words, unicode)}`,
    ...lines,
    ...zombies,
    ...(more > 0 ? [`       and ${more} more`] : []),
  ]
}
