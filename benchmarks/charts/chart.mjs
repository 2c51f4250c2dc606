import { SANS, THEMES, xmlText } from '../../docs/pictures/source/themes.mjs'
import { LINE, placeLabels } from './labels.mjs'
import { QUANTITIES } from './quantities.mjs'
import { round, scaleOf } from './scale.mjs'
import { drawMarker, styleOf } from './styles.mjs'

const WIDTH = 800
const HEIGHT = 420
const GLYPH = 7.8 // a bold letter's width on average, at 13 pixels
const TOP = 74
const BOTTOM = HEIGHT - 62
const LEFT = 78
const GAP = 20 // from the end of a line to its label

/**
 * Draws a chart of lines as SVG, once for each theme.
 *
 * @param chart `x` and `y` are each a `title` and a `quantity`; `better` is 'less' or 'more'. A point is
 * `[x, y]`, or `[x, y, low, high]` where its spread is known. A value of 0 is drawn as 0.
 * @returns The text of the files, by theme.
 */
export function drawChart(chart) {
  return new Map(Object.keys(THEMES).map((theme) => [theme, draw(chart, theme)]))
}

function draw(chart, themeName) {
  const theme = THEMES[themeName]
  const lines = chart.series.map((series) => lineOf(chart, series, themeName))
  const right = WIDTH - GAP - 8 - GLYPH * Math.max(...lines.map(({ end }) => end.length))
  const points = chart.series.flatMap((series) => series.points)
  const x = { ...scaleOf(column(points, 0), LEFT + 12, right), marks: marksOf(points) }
  const values = points.flatMap(([, ...rest]) => rest).filter((value) => value !== undefined)
  const y = scaleOf(values, BOTTOM, TOP)
  const places = placeLabels(
    lines.map(({ points }) => y.at(points.at(-1)[1])),
    TOP,
    BOTTOM,
  )
  // The best way of sexton lies over all others.
  const order = lines.map((_, i) => i).sort((a, b) => lines[a].style.width - lines[b].style.width)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title description">
<title id="title">${xmlText(chart.title)}</title>
<desc id="description">${xmlText(describe(chart, lines))}</desc>
<style>text{font:13px ${SANS};fill:${theme.text}}.title{font-size:16px;font-weight:600}.faint{fill:${theme.faint}}.series{fill:none;stroke-linejoin:round}</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="${theme.background}"/>
<text class="title" x="16" y="28">${xmlText(chart.title)}</text>
<text class="faint" x="16" y="49">${xmlText(subtitle(chart))}</text>
${drawAxes(chart, { x, y, right, theme })}
${order.map((i) => drawLine(lines[i], { x, y, right, place: places[i], aside: 4 * (i - (lines.length - 1) / 2) })).join('\n')}
</svg>
`
}

const column = (points, index) => points.map((point) => point[index])

const marksOf = (points) => [...new Set(column(points, 0))].sort((a, b) => a - b)

function lineOf(chart, { name, points }, themeName) {
  const style = styleOf(name, themeName)
  const value = QUANTITIES[chart.y.quantity](points.at(-1)[1])
  return { style, points, end: `${style.label} ${value}` }
}

function subtitle({ y, better, series }) {
  const hasSpread = series.some(({ points }) => points.some(([, , low]) => low !== undefined))
  const spread = hasSpread ? ', bars from the first to the third quartile' : ''
  return `${y.title}${spread}; ${better} is better; logarithmic`
}

/** What the picture shows, in words. */
function describe({ x, y, better }, lines) {
  const at = ([along, value]) =>
    `${QUANTITIES[y.quantity](value)} at ${QUANTITIES[x.quantity](along)}`
  const told = lines.map(({ style, points }) => `${style.label}: ${points.map(at).join(', ')}.`)
  return `${y.title}, by ${x.title}; ${better} is better. ${told.join(' ')}`
}

function drawAxes(chart, { x, y, right, theme }) {
  const line = (path, colour = theme.border) => `<path d="${path}" stroke="${colour}" fill="none"/>`
  const text = (at, anchor, what) =>
    `<text class="faint" x="${at[0]}" y="${at[1]}" text-anchor="${anchor}">${xmlText(what)}</text>`
  const rows = y.ticks.map((tick) => {
    const label = QUANTITIES[chart.y.quantity](tick)
    return `${line(`M${LEFT} ${y.at(tick)}H${round(right)}`)}${text([LEFT - 8, y.at(tick) + 4.5], 'end', label)}`
  })
  const columns = x.marks.map((mark) => {
    const label = QUANTITIES[chart.x.quantity](mark)
    return `${line(`M${x.at(mark)} ${BOTTOM}v5`)}${text([x.at(mark), BOTTOM + 21], 'middle', label)}`
  })
  // Two strokes across an axis, between 0 and the least value that a logarithm has.
  const strokes = [
    y.breakAt && `M${LEFT - 5} ${y.breakAt + 4}l10 -5m0 6l-10 5`,
    x.breakAt && `M${x.breakAt - 4} ${BOTTOM + 5}l5 -10m6 0l-5 10`,
  ]
  const axis = line(`M${LEFT} ${BOTTOM}H${round(right)}`, theme.faint)
  const breaks = strokes.filter(Boolean).map((path) => line(path, theme.faint))
  const title = text([round((LEFT + right) / 2), BOTTOM + 47], 'middle', chart.x.title)
  return [...rows, axis, ...columns, ...breaks, title].join('\n')
}

function drawLine({ style, points, end }, { x, y, right, place, aside }) {
  const { colour, width } = style
  const paint = `stroke="${colour}" stroke-width="${width}"`
  const steps = points.map(([along, value]) => `${x.at(along)} ${y.at(value)}`)
  const [last, height] = steps.at(-1).split(' ')
  const label = round(right + GAP)
  // From the end of the line to its label, which others may have pushed away.
  const leader = `<path d="M${Number(last) + 8} ${height}L${label - 5} ${round(place)}" stroke="${colour}" stroke-opacity="0.6" fill="none"/>`
  return [
    `<path class="series" d="M${steps.join('L')}" ${paint}/>`,
    ...points.map((point) => drawSpread(point, { x, y, aside, colour })),
    ...points.map(([along, value]) => drawMarker(style, x.at(along), y.at(value))),
    leader,
    `<text class="label" x="${label}" y="${round(place) + 4.5}" style="fill:${colour}${width > 2 ? ';font-weight:600' : ''}">${xmlText(end)}</text>`,
  ].join('')
}

/** A bar from the first to the third quartile, where the marker would not hide it, and beside those of the others. */
function drawSpread([along, , low, high], { x, y, aside, colour }) {
  if (low === undefined || y.at(low) - y.at(high) < LINE / 2) return ''
  const at = round(x.at(along) + aside)
  const caps = [low, high].map((value) => `M${at - 2} ${y.at(value)}h4`)
  return `<path class="spread" d="M${at} ${y.at(low)}V${y.at(high)}${caps.join('')}" stroke="${colour}" stroke-width="1.5" fill="none"/>`
}
