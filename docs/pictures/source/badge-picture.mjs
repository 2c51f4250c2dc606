import { readFileSync } from 'node:fs'
import { xmlText } from './themes.mjs'

const HEIGHT = 22
const GLYPH = 6.6
const SPACE = 8

/** Facts of the package as badges, in one picture that no server counts. */
export function drawBadges() {
  const file = new URL('../../../package.json', import.meta.url)
  const { engines, license, dependencies } = JSON.parse(readFileSync(file, 'utf8'))
  const badges = [
    ['Node', engines.node.replace('>=', '≥ '), '#1a7f37'],
    ['system', 'Linux, macOS', '#0969da'],
    ['types', 'included', '#0969da'],
    ['dependencies', String(Object.keys(dependencies).length), '#0969da'],
    ['license', license, '#6639ba'],
  ]
  let x = 0
  const parts = badges.map(([name, value, colour]) => {
    const left = name.length * GLYPH + 2 * SPACE
    const right = value.length * GLYPH + 2 * SPACE
    const drawn = half(name, x, left, '#57606a') + half(value, x + left, right, colour)
    x += left + right + 6
    return drawn
  })
  const width = Math.ceil(x - 6)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}" role="img">
<title>${xmlText(badges.map(([name, value]) => `${name}: ${value}`).join('; '))}</title>
<style>text{font:11px Verdana,DejaVu Sans,sans-serif;fill:#fff;text-anchor:middle}</style>
${parts.join('\n')}
</svg>
`
}

function half(text, x, width, colour) {
  const from = Math.round(x * 10) / 10
  const to = Math.round(width * 10) / 10
  return `<rect x="${from}" width="${to}" height="${HEIGHT}" rx="3" fill="${colour}"/><text x="${from + to / 2}" y="15" textLength="${Math.round(width - 2 * SPACE)}" lengthAdjust="spacingAndGlyphs">${xmlText(text)}</text>`
}
