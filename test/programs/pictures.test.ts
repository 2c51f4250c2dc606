import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { DIAGRAMS } from '../../docs/pictures/source/diagrams.mjs'
import { pictures } from '../../docs/pictures/source/draw.mjs'
import { THEMES } from '../../docs/pictures/source/themes.mjs'
import { root } from '../program.js'

const folder = join(root, 'docs', 'pictures')

it('The pictures are drawn anew: npm run pictures', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.svg'))
  expect(files.sort()).toEqual([...pictures().keys()].sort())
  for (const [name, svg] of pictures()) {
    expect(readFileSync(join(folder, name), 'utf8') === svg, name).toBe(true)
  }
})

it.each(Object.entries(THEMES))(
  'The words of a %s picture have a contrast of 4.5:1',
  (_, theme) => {
    const { background, box, text, faint, accent, red, yellow } = theme
    const words = { text, faint, accent, red, yellow }
    const low = Object.entries(words).flatMap(([name, colour]) =>
      [background, box].filter((ground) => contrast(colour, ground) < 4.5).map(() => name),
    )
    expect(low).toEqual([])
  },
)

it('Every picture says in words what it shows', () => {
  for (const [name, svg] of pictures()) {
    if (name === 'badges.svg') continue
    expect(svg, name).toMatch(/<title>[^<]{10,}<\/title>/)
  }
  for (const name of Object.keys(DIAGRAMS)) {
    expect(pictures().get(`${name}-dark.svg`), name).toMatch(/<desc>[^<]{40,}<\/desc>/)
  }
})

/** The contrast of two colours by WCAG 2. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return ((light as number) + 0.05) / ((dark as number) + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
