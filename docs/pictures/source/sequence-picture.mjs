import { arrow, box, frame, LINE, text, WIDTH, wrap } from './frame.mjs'

const HEAD = 32
const GAP = 20
// Pixels from a lifeline to the text of a step that its participant takes alone.
const ASIDE = 24

/**
 * Draws who tells whom what, from the top to the bottom. A step is `[from, to, text]`; a step of one participant alone
 * has it twice.
 */
export function drawSequence({ title, participants, steps }, theme) {
  const column = WIDTH / participants.length
  const at = (name) => column * (participants.indexOf(name) + 0.5)
  let y = HEAD + 4
  const elements = []
  for (const [from, to, what] of steps) {
    const step = drawStep(at(from), at(to), what, y, theme)
    elements.push(step.svg)
    y = step.end
  }
  const height = Math.ceil(y + 12)
  const lines = participants.map(
    (name) =>
      `<path d="M${at(name)} ${HEAD}V${height}" stroke="${theme.border}" stroke-width="1.5"/>`,
  )
  const heads = participants.map((name) =>
    box(
      { x: at(name) - column / 2 + 3, y: 1, width: column - 6, height: HEAD - 2 },
      [name],
      theme,
      {
        classes: 'name',
        stroke: theme.accent,
      },
    ),
  )
  const description = steps
    .map(([from, to, what]) => `${from}${from === to ? '' : ` to ${to}`}: ${what}.`)
    .join(' ')
  return frame({ title, description, height }, theme, [...lines, ...heads, ...elements])
}

function drawStep(from, to, what, top, theme) {
  const isAlone = from === to
  const left = isAlone ? from + ASIDE : Math.min(from, to) + 6
  // A text that begins far on the right goes to the left instead.
  const isLeft = WIDTH - left < WIDTH / 2
  const x = isLeft ? Math.max(from, to) - (isAlone ? ASIDE : 6) : left
  const lines = wrap(what, isLeft ? x - 4 : WIDTH - x - 4)
  const first = top + GAP
  const words = text(lines, x, first, { anchor: isLeft ? 'end' : 'start' })
  const last = first + (lines.length - 1) * LINE
  if (!isAlone) {
    const y = last + 10
    const end = from < to ? to - 2 : to + 2
    return {
      svg:
        words +
        arrow(
          [
            [from, y],
            [end, y],
          ],
          theme,
        ),
      end: y,
    }
  }
  const side = isLeft ? -16 : 16
  const loop = [
    [from, first - 9],
    [from + side, first - 9],
    [from + side, first + 4],
    [from + Math.sign(side) * 2, first + 4],
  ]
  return { svg: arrow(loop, theme) + words, end: last + 4 }
}
