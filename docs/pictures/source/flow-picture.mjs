import { arrow, box, frame, LINE, text, WIDTH, widthOf, wrap } from './frame.mjs'

const GAP = 26
const GAP_WITH_LABELS = 44
const PADDING = 16

/**
 * Draws boxes in rows, and the arrows between them. A row is a list of boxes `[id, x, width, text, look]`; an arrow is
 * `[from, to, label, { fromX, toX }]`, from the bottom of a box to the top of one below.
 */
export function drawFlow({ title, description, rows, arrows }, theme) {
  const places = placesOf(rows, arrows)
  const boxes = [...places.values()].map(({ lines, look = 'plain', ...place }) =>
    box(place, lines, theme, looks(theme)[look]),
  )
  const lines = arrows.map((each) => drawArrow(each, places, theme))
  const height = Math.max(...[...places.values()].map(({ y, height }) => y + height)) + 2
  return frame({ title, description, height }, theme, [
    ...lines.map(([line]) => line),
    ...boxes,
    ...lines.map(([, label]) => label),
  ])
}

const looks = (theme) => ({
  plain: {},
  // A question, or an end of the way.
  question: { stroke: theme.yellow },
  end: { stroke: theme.accent, classes: 'name' },
})

function placesOf(rows, arrows) {
  const labelled = new Set(arrows.filter(([, , label]) => label).map(([, to]) => to))
  const places = new Map()
  let y = 2
  for (const [index, row] of rows.entries()) {
    const wrapped = row.map(([, , width, what, look]) => wrap(what, width - 14, look === 'end'))
    const height = Math.max(...wrapped.map((lines) => lines.length)) * LINE + PADDING
    if (index > 0) y += row.some(([id]) => labelled.has(id)) ? GAP_WITH_LABELS : GAP
    for (const [i, [id, x, width, , look]] of row.entries()) {
      places.set(id, { x, y, width, height, lines: wrapped[i], look })
    }
    y += height
  }
  return places
}

function drawArrow([from, to, label = '', { fromX, toX } = {}], places, theme) {
  const [source, target] = [places.get(from), places.get(to)]
  const startX = fromX ?? source.x + source.width / 2
  const endX = toX ?? target.x + target.width / 2
  if (source.y > target.y) return drawReturn(source, target, label, startX, theme)
  const start = source.y + source.height
  const end = target.y - 2
  const bend = label === '' ? end - GAP / 2 : end - GAP_WITH_LABELS + 12
  const way =
    startX === endX
      ? [
          [startX, start],
          [endX, end],
        ]
      : [
          [startX, start],
          [startX, bend],
          [endX, bend],
          [endX, end],
        ]
  const words = label === '' ? '' : drawLabel(label, endX, end - 10)
  return [arrow(way, theme), words]
}

/** Writes on the right of a line, or on its left where there is no room. */
function drawLabel(label, x, y) {
  const isLeft = x + 7 + widthOf(label) > WIDTH
  const place = { classes: 'faint', anchor: isLeft ? 'end' : 'start' }
  return text([label], isLeft ? x - 7 : x + 7, y, place)
}

// An arrow straight up, from the top of a box to the bottom of one above.
function drawReturn(source, target, label, x, theme) {
  const way = [
    [x, source.y],
    [x, target.y + target.height + 2],
  ]
  return [arrow(way, theme), drawLabel(label, x, source.y - 12)]
}
