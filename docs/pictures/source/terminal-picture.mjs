import { Screen } from './screen.mjs'
import { MONOSPACE, xmlText } from './themes.mjs'

const FONT = 14
const CELL = { width: 8.4, height: 20 }
const EDGE = 16
const BAR = 34
/** Seconds for which the last state of an animation stays. */
const REST = 4

/** A recorded terminal as SVG. It moves if the recording does, unless the reader's system asks for less motion. */
export function drawTerminal({ title, columns, prompt, output, isAnimated }, theme) {
  const frames = framesOf(prompt, output)
  const rows = Math.max(...frames.map(({ lines }) => lines.length))
  const width = Math.ceil(columns * CELL.width + 2 * EDGE)
  const height = BAR + rows * CELL.height + EDGE
  const shown = isAnimated ? frames : [{ ...frames.at(-1), at: 0 }]
  const { style, body } = animate(shown, rows, theme)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${xmlText(title)}</title>
<style>text{font:${FONT}px ${MONOSPACE};white-space:pre;fill:${theme.text}}.b{font-weight:700}.red{fill:${theme.red}}.yellow{fill:${theme.yellow}}.box{stroke-width:1;fill:none}${style}</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${theme.background}" stroke="${theme.border}"/>
${['red', 'yellow', 'faint'].map((name, i) => `<circle cx="${20 + i * 18}" cy="18" r="5" fill="${theme[name]}"/>`).join('')}
${body}
</svg>
`
}

/** The states of the terminal that differ, each with the second at which it begins. */
function framesOf(prompt, output) {
  const screen = new Screen()
  screen.write(`$ ${prompt}\r\n`)
  const frames = [{ at: 0, lines: screen.lines() }]
  for (const [at, text] of output) {
    screen.write(text)
    frames.push({ at, lines: trimmed(screen.lines()) })
  }
  return frames
}

function trimmed(lines) {
  const end = lines.findLastIndex((runs) => runs.some(({ text }) => text.trim() !== ''))
  return lines.slice(0, end + 1)
}

/** Draws each state of each line once, and shows it while it lasts. The last states are there without a motion too. */
function animate(frames, rows, theme) {
  const whole = frames.at(-1).at + REST
  const rules = []
  const parts = []
  for (let row = 0; row < rows; row += 1) {
    for (const { lines, from, to } of statesOf(frames, row)) {
      const drawn = drawLine(lines, row, theme)
      if (drawn === '') continue
      if (from === 0 && to === undefined) parts.push(drawn)
      else {
        const name = `s${rules.length}`
        rules.push(rule(name, from / whole, to && to / whole, whole))
        parts.push(`<g class="${name}${to === undefined ? '' : ' past'}">${drawn}</g>`)
      }
    }
  }
  const motion = `@media(prefers-reduced-motion:no-preference){${rules.join('')}}`
  return { style: rules.length > 0 ? `.past{opacity:0}${motion}` : '', body: parts.join('\n') }
}

function statesOf(frames, row) {
  const states = []
  for (const { at, lines } of frames) {
    const now = lines[row] ?? []
    const last = states.at(-1)
    if (last !== undefined && JSON.stringify(last.lines) === JSON.stringify(now)) continue
    if (last !== undefined) last.to = at
    states.push({ lines: now, from: at, to: undefined })
  }
  return states
}

function rule(name, from, to, seconds) {
  const percent = (part) => `${(part * 100).toFixed(2)}%`
  const hidden = from === 0 ? '' : '0%{opacity:0}'
  const end = to === undefined ? '' : `${percent(to)}{opacity:0}`
  const frames = `${hidden}${percent(from)}{opacity:1}${end}`
  return `@keyframes ${name}{${frames}}.${name}{animation:${name} ${seconds.toFixed(1)}s step-end infinite}`
}

function drawLine(runs, row, theme) {
  const top = BAR + row * CELL.height
  return runs.map((run) => drawRun(run, top, theme)).join('')
}

// Blocks and lines are drawn, because fonts leave gaps between them. A word keeps the width of its cells in any font.
function drawRun({ column, text, colour, bold }, top, theme) {
  const parts = []
  for (const { 0: part, index } of text.matchAll(/█+|░+|[─│├└]|(?:(?! {2}|[█░─│├└]).)+/g)) {
    if (part.trim() === '') continue
    const x = round(EDGE + (column + index) * CELL.width)
    const width = round(part.length * CELL.width)
    if (/[█░]/.test(part)) parts.push(block(part, x, width, top, theme))
    else if (/[─│├└]/.test(part)) parts.push(boxLine(part, x, top, theme[colour] ?? theme.text))
    else parts.push(word(part, x, width, top, [colour, bold && 'b']))
  }
  return parts.join('')
}

function block([first], x, width, top, theme) {
  const fill = first === '█' ? theme.red : theme.border
  return `<rect x="${x}" y="${top + 3}" width="${width}" height="14" fill="${fill}"/>`
}

function boxLine(character, x, top, stroke) {
  const middle = { x: round(x + CELL.width / 2), y: top + CELL.height / 2 }
  const right = `M${middle.x} ${middle.y}H${round(x + CELL.width)}`
  const up = `M${middle.x} ${top}V${middle.y}`
  const down = `M${middle.x} ${middle.y}V${top + CELL.height}`
  const paths = {
    '─': `M${x} ${middle.y}h${CELL.width}`,
    '│': up + down,
    '├': up + down + right,
    '└': up + right,
  }
  return `<path class="box" stroke="${stroke}" d="${paths[character]}"/>`
}

function word(text, x, width, top, classes) {
  const names = classes.filter(Boolean).join(' ')
  const attribute = names === '' ? '' : ` class="${names}"`
  return `<text x="${x}" y="${top + 15}" textLength="${width}" lengthAdjust="spacingAndGlyphs"${attribute}>${xmlText(text)}</text>`
}

const round = (value) => Math.round(value * 10) / 10
