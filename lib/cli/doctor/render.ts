import { printable } from '../../base/printable.js'
import { formatAge } from '../tree/units.js'
import type { Examination } from './examination.js'
import type { Finding } from './findings.js'

const MARKS: Readonly<Record<Finding['level'], string>> = {
  wrong: 'WRONG',
  note: 'note ',
  fine: 'fine ',
}
const COLOURS: Readonly<Record<Finding['level'], string>> = { wrong: '31', note: '33', fine: '32' }
const MOST_ZOMBIES = 10

/** Formats a report as lines. */
export function render(
  seen: Examination,
  findings: readonly Finding[],
  look: { unicode: boolean; colour: boolean },
): string[] {
  const { unicode, colour } = look
  const paint = (text: string, code: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text)
  const words = seen.command.length > 0 ? seen.command.join(' ') : `[${seen.name}]`
  const lines = findings.flatMap(({ level, message, advice }) => [
    `${paint(MARKS[level], COLOURS[level])}  ${message}`,
    ...(advice === undefined ? [] : [`       ${unicode ? '→' : '->'} ${advice}`]),
  ])
  const shown = seen.zombies.slice(0, MOST_ZOMBIES)
  const more = seen.zombies.length - shown.length
  const zombies = shown.map(
    ({ pid, name, ageSeconds, whose }) =>
      `       ${pid}  [${printable(name, unicode)}]  started ${formatAge(ageSeconds)} ago, ${whose}`,
  )
  return [
    `${seen.pid}  ${printable(words, unicode)}`,
    ...lines,
    ...zombies,
    ...(more > 0 ? [`       and ${more} more`] : []),
  ]
}
