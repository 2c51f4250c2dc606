import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawChart } from '../../benchmarks/charts/chart.mjs'
import { LINE, placeLabels } from '../../benchmarks/charts/labels.mjs'
import { lastReports, picturesOf } from '../../benchmarks/page.mjs'
import { seededRandom } from '../../benchmarks/random.mjs'
import { root } from '../program.js'

interface Label {
  name: string
  colour: string
  marker: string
  right: number
  y: number
}

const attribute = (element: string, name: string) =>
  new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1] ?? ''

/** The lines of a picture, by what is written at their ends. */
function labelsOf(svg: string): Label[] {
  return svg.split('\n').flatMap((line) => {
    const label = /<text class="label".*<\/text>/.exec(line)?.[0]
    if (label === undefined) return []
    const text = /<text[^>]*>([^<]*)</.exec(label)?.[1] ?? ''
    return {
      name: text.replace(/ \S+$/, ''),
      colour: /fill:(#\w+)/.exec(label)?.[1] ?? '',
      marker: attribute(/<path class="marker"[^>]*>/.exec(line)?.[0] ?? '', 'd'),
      right: Number(attribute(label, 'x')) + 7 * text.length,
      y: Number(attribute(label, 'y')),
    }
  })
}

function luminance(colour: string): number {
  const linear = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5)
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** How far a colour is from grey, of 255. */
function saturation(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  return Math.max(...parts) - Math.min(...parts)
}

const pictures = new Map(lastReports().flatMap((report) => [...picturesOf(report)]))

function drawn(points: number[][]): string {
  const axis = (quantity: string) => ({ title: quantity, quantity })
  const chart = { title: 'A <title>', x: axis('count'), y: axis('microseconds'), better: 'less' }
  return drawChart({ ...chart, series: [{ name: 'sexton', points }] }).get('light') as string
}

describe('The charts of the last results', () => {
  it('are the files in benchmarks/results: npm run bench -- --draw', () => {
    const folder = join(root, 'benchmarks', 'results')
    const files = readdirSync(folder).filter((name) => name.endsWith('.svg'))
    expect(files.sort()).toEqual([...pictures.keys()].sort())
    for (const [name, svg] of pictures)
      expect(readFileSync(join(folder, name), 'utf8') === svg, name).toBe(true)
  })

  it.each([...pictures])('%s can be read', (_, svg) => {
    expect(svg).toMatch(/<title[^>]*>[^<]{10,}<\/title>\n<desc[^>]*>[^<]{50,}<\/desc>/)
    expect(svg).toMatch(/; (less|more) is better/)
    const background = /<rect [^>]*fill="(#\w+)"/.exec(svg)?.[1] as string
    const texts = [...svg.matchAll(/[{;"]fill:(#\w+)/g)].map(([, colour]) => colour as string)
    const colours = [...texts, ...labelsOf(svg).map(({ colour }) => colour)]
    expect(colours.length).toBeGreaterThan(3)
    for (const colour of colours)
      expect(contrast(colour, background), colour).toBeGreaterThanOrEqual(4.5)
  })

  it.each([...pictures])('%s has its labels apart, and within it', (_, svg) => {
    const [width, height] = ['width', 'height'].map((name) => Number(attribute(svg, name)))
    const labels = labelsOf(svg).sort((a, b) => a.y - b.y)
    expect(labels.length).toBeGreaterThan(1)
    for (const [i, { right, y }] of labels.entries()) {
      expect(right).toBeLessThan(width as number)
      expect(y).toBeLessThan(height as number)
      if (i > 0) expect(y - (labels[i - 1]?.y as number)).toBeGreaterThan(LINE - 1)
    }
  })

  it.each(['light', 'dark'])('have one colour and one marker for a contender: %s', (theme) => {
    const all = [...pictures].filter(([name]) => name.endsWith(`-${theme}.svg`))
    const looks = new Map<string, Set<string>>()
    for (const [, svg] of all) {
      const labels = labelsOf(svg)
      const kinds = labels.map(({ name, colour, marker }) => {
        const known = looks.get(name) ?? looks.set(name, new Set()).get(name)
        known?.add(colour + marker)
        const isOurs = /sexton|pid1/.test(name)
        expect(saturation(colour) > 60, `${name} is coloured`).toBe(isOurs)
        return colour + marker
      })
      expect(new Set(kinds).size).toBe(labels.length)
    }
    for (const [name, known] of looks) expect([...known], name).toHaveLength(1)
  })
})

describe('A chart', () => {
  it('draws 0 as 0, beyond a break of the axis', () => {
    const svg = drawn([
      [0, 0],
      [1, 1000],
      [10, 0],
    ])
    const [, zero] = /<text[^>]* y="([\d.]+)" text-anchor="end">0</.exec(svg) ?? []
    const markers = [...svg.matchAll(/class="marker" .*?translate\(([\d.]+) ([\d.]+)\)/g)]
    expect(markers.map(([, , y]) => Number(y) + 4.5 === Number(zero))).toEqual([true, false, true])
    expect(svg).toContain('sexton 0</text>')
    expect(svg).toContain('1\u202fms')
  })

  it('draws the spread where the marker would not hide it', () => {
    const spreads = (svg: string) => svg.match(/class="spread"/g)?.length ?? 0
    const wide = [1, 1000, 200, 5000]
    const narrow = [2, 1000, 999, 1001]
    expect(spreads(drawn([wide, narrow]))).toBe(1)
    expect(spreads(drawn([[1, 1000]]))).toBe(0)
  })

  it('writes its words as text', () => {
    expect(drawn([[1, 1]])).toContain('A &lt;title&gt;')
  })
})

describe('Labels', () => {
  it('stay within the chart, apart, and in the order of their lines', () => {
    const random = seededRandom(1)
    for (let round = 0; round < 300; round += 1) {
      const wanted = Array.from({ length: 1 + Math.floor(random() * 9) }, () => 100 * random())
      const places = placeLabels(wanted, 0, 200)
      const sorted = [...places].sort((a, b) => a - b)
      expect(sorted[0]).toBeGreaterThanOrEqual(0)
      expect(sorted.at(-1)).toBeLessThanOrEqual(200)
      for (let i = 1; i < sorted.length; i += 1)
        expect((sorted[i] as number) - (sorted[i - 1] as number)).toBeGreaterThan(LINE - 0.001)
      const pairs = places.map((place, i) => [wanted[i] as number, place] as const)
      const byWish = pairs.sort(([a], [b]) => a - b).map(([, place]) => place)
      expect(byWish).toEqual(sorted)
    }
  })

  it('stay at the ends of lines that are apart', () => {
    expect(placeLabels([150, 10, 60], 0, 200)).toEqual([150, 10, 60])
  })
})
