/**
 * Reads a help text of sexton's programs. Option tables make these texts, so manual pages and completions are made of
 * them.
 *
 * @returns {{ usage: string[], blocks: Block[] }} The lines of usage, and what follows, block by block: text, a heading,
 *   items (a term and its text), or lines to be kept as they are.
 */
export function parseHelp(text) {
  const [first, ...rest] = text.trimEnd().split(/\n\n+/)
  const [usageLine, ...otherUsage] = first.split('\n')
  const usage = [usageLine.replace(/^Usage: /, ''), ...otherUsage.map((line) => line.trim())]
  return { usage, blocks: rest.flatMap(parseParagraph) }
}

const ITEM = /^ {2,}(\S.*?)(?: {2,}(\S.*))?$/
const HEADING = /^([A-Z][\w ]*):$/

function parseParagraph(paragraph) {
  const lines = paragraph.split('\n')
  const [, heading] = HEADING.exec(lines[0]) ?? []
  const body = heading === undefined ? lines : lines.slice(1)
  const title = heading === undefined ? [] : [{ kind: 'heading', text: heading }]
  if (body.length === 0) return title
  if (heading === 'Examples')
    return [...title, { kind: 'lines', lines: body.map((line) => line.trim()) }]
  if (!body[0].startsWith('  ')) return [...title, { kind: 'text', text: body.join(' ') }]
  return [...title, { kind: 'items', items: itemsOf(body) }]
}

/** A line that is indented as the first one begins an item; one that is indented more goes on with its text. */
function itemsOf(lines) {
  const items = []
  for (const line of lines) {
    if (/^ {8,}\S/.test(line)) {
      const item = items.at(-1)
      item.text = `${item.text} ${line.trim()}`.trim()
    } else {
      const [, term, text = ''] = ITEM.exec(line)
      items.push({ term, text })
    }
  }
  return items
}

const NAMES = /^(?:(-\w)(?:, +|$))?(?:-\w, +)?(?:(--[\w-]+)(?: (\[?[A-Z][\w:=]*\]?))?)?/

/** The options of a help text: `{ short, long, value, text }`; one of `short` and `long` may be missing. */
export function optionsOf({ blocks }) {
  const items = blocks.flatMap((block) => (block.kind === 'items' ? block.items : []))
  return items.flatMap(({ term, text }) => {
    const [, short, long, value] = NAMES.exec(term)
    return short === undefined && long === undefined ? [] : [{ short, long, value, text }]
  })
}
