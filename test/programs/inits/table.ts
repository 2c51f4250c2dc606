import { type Case, expected, type Topic, type Verdict } from './case.js'
import { readings } from './reading.js'
import { type Mode, modes, peers } from './subject.js'

const BEGIN =
  '<!-- Generated from test/programs/inits: SEXTON_UPDATE_DOCS=1 npx vitest run inits -->'
const END = '<!-- End of what is generated -->'

/** All that the cases say, as Markdown. */
export function render(topics: readonly Topic[]): string {
  return [...topics.map(renderTopic), renderReadings()].join('\n\n')
}

/** The document with the text between its two markers replaced; the markers are added if there are none. */
export function insert(document: string, text: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  const section = `${BEGIN}\n\n${text}\n\n${END}`
  if (begin === -1 || end === -1) return `${document.trimEnd()}\n\n${section}\n`
  return document.slice(0, begin) + section + document.slice(end + END.length)
}

function renderTopic({ title, cases }: Topic): string {
  const rows = cases.map((one) => [
    label(one),
    (one.modes ?? [modes.pid1]).map(({ name }: Mode) => name).join(', '),
    one.pid1,
    ...peers.map((peer) => cell(one[peer])),
    compatible(one),
  ])
  const head = ['Case', 'Where', 'pid1', ...peers, '`--compat`']
  return `## ${title}\n\n${table([head, ...rows])}`
}

function label({ title, shows = [] }: Case): string {
  return shows.length === 0 ? title : `${title} (${shows.join(', ')})`
}

function cell(verdict: Verdict): string {
  if (typeof verdict === 'string') return verdict
  return `${verdict.sees}. pid1 is better, because ${verdict.better}`
}

/** Where pid1 in a peer's place does not do what it does by itself. */
function compatible(one: Case): string {
  const others = peers
    .map((peer) => ({ peer, sees: expected(one, { peer, ours: true }) }))
    .filter(({ sees }) => sees !== one.pid1)
  if (others.length === 0) return 'same'
  return others.map(({ peer, sees }) => `${peer}: ${sees}`).join('; ')
}

function renderReadings(): string {
  const rows = readings.map(({ number, what, pid1 }) => [number, what, pid1])
  const head = ['No.', 'From reading their sources, not run', 'pid1']
  return `## From reading\n\n${table([head, ...rows])}`
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(' | ')} |`
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

const plain = (text: string) => text.replaceAll('\n', ', ').replaceAll('|', '\\|')
