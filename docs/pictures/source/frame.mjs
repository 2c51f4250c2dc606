import { SANS, xmlText } from './themes.mjs'

/** The width of a diagram: on a telephone its text is still ten pixels high. */
export const WIDTH = 440
/** The height of a line of text. */
export const LINE = 19
// The mean width of a letter at 14 px in a wide font, and in bold.
const LETTER = 7.7
const BOLD_LETTER = 8.5

/** A diagram: what it shows, in words for who does not see it, and its elements. */
export function frame({ title, description, height }, theme, elements) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${xmlText(title)}</title>
<desc>${xmlText(description)}</desc>
<style>text{font:14px ${SANS};fill:${theme.text};paint-order:stroke;stroke:${theme.background};stroke-width:4px;stroke-linejoin:round}.in{stroke:none}.name{font-weight:600}.faint{fill:${theme.faint}}.accent{fill:${theme.accent}}.red{fill:${theme.red}}.yellow{fill:${theme.yellow}}</style>
<defs><marker id="arrow" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0 0L8 4L0 8z" fill="${theme.faint}"/></marker></defs>
<rect width="${WIDTH}" height="${height}" fill="${theme.background}"/>
${elements.join('\n')}
</svg>
`
}

/** The width of a text in pixels. */
export const widthOf = (text) => text.length * LETTER

/** Breaks a text into lines that are at most `width` pixels wide. */
export function wrap(text, width, isBold = false) {
  const most = Math.floor(width / (isBold ? BOLD_LETTER : LETTER))
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== '' && line.length + 1 + word.length > most) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}

/** Lines of text; `y` is the base of the first. `classes` names their looks. */
export function text(lines, x, y, { classes = '', anchor = 'start' } = {}) {
  return lines
    .map((line, index) => {
      const place = `x="${x}" y="${y + index * LINE}" text-anchor="${anchor}"`
      return `<text${classes && ` class="${classes}"`} ${place}>${xmlText(line)}</text>`
    })
    .join('')
}

/** A box with text in its middle. */
export function box({ x, y, width, height }, lines, theme, { stroke, classes = '' } = {}) {
  const top = y + height / 2 - (lines.length * LINE) / 2 + LINE - 5
  const place = `x="${x}" y="${y}" width="${width}" height="${height}"`
  return `<rect ${place} rx="8" fill="${theme.box}" stroke="${stroke ?? theme.border}"/>${text(lines, x + width / 2, top, { classes: `in ${classes}`.trim(), anchor: 'middle' })}`
}

/** A line along points, with an arrow at its end. */
export function arrow(points, theme, { dashed = false } = {}) {
  const marks = `marker-end="url(#arrow)"`
  const dash = dashed ? ' stroke-dasharray="5 4"' : ''
  return `<path d="M${points.map((point) => point.join(' ')).join('L')}" fill="none" stroke="${theme.faint}" stroke-width="1.5"${dash} ${marks}/>`
}
