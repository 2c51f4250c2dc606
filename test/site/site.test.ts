import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { installIn } from '../installed.mjs'
import { lacks, lacksPackages } from '../needs.js'
import { patience } from '../pace.mjs'
import { resultOf, root, run } from '../program.js'

// The guide as its reader has it: built, and shown by a browser.

interface Seen {
  title: string
  /** Pixels by which the page is wider than a telephone. */
  excess: number
  background: string
  /** The source of each picture that is shown, and its width in pixels. */
  pictures: [string, number][]
  ids: string[]
  links: string[]
}

interface Filtered {
  cases: number
  rows: number
  heads: string[]
}

interface Visit {
  origin: string
  faults: string[]
  pages: Record<string, Seen>
  searched: string[]
  filtered: Record<'all' | 'tini' | 'signals' | 'word', Filtered>
  /** The faults that axe finds. */
  found: string[]
}

const site = join(root, 'docs', 'site')
const visit = join(root, 'test', 'site', 'visit.mjs')
const DARK = 'rgb(27, 27, 31)'
const cannotRun = lacks('chromium') || lacksPackages('vitepress', () => installIn(site))

describe.skipIf(cannotRun)('The site', () => {
  let seen: Visit
  beforeAll(async () => {
    const built = await run(['npm', 'run', 'build', '--prefix', site], { timeout: 150_000 })
    expect(built.code, built.stdout + built.stderr).toBe(0)
    const command = [process.execPath, visit, join(site, '.vitepress', 'dist')]
    seen = resultOf(await run(command, { timeout: 150_000 })) as Visit
  }, patience(330_000))

  const wrong = (isWrong: (page: Seen) => boolean) =>
    Object.keys(seen.pages).filter((path) => isWrong(seen.pages[path] as Seen))

  it('renders every page, without an error', () => {
    expect(Object.keys(seen.pages).length).toBeGreaterThan(25)
    expect(wrong(({ title }) => title === '')).toEqual([])
    expect(seen.faults).toEqual([])
  })

  it('fits a telephone, in the dark', () => {
    expect(wrong(({ excess }) => excess > 0)).toEqual([])
    expect(wrong(({ background }) => background !== DARK)).toEqual([])
  })

  it('shows every picture, and in its theme', () => {
    expect(wrong(({ pictures }) => pictures.some(([, width]) => width === 0))).toEqual([])
    const charts = seen.pages.benchmarks?.pictures.map(([source]) => source) ?? []
    expect(charts.length).toBeGreaterThan(4)
    expect(charts.filter((source) => !/-dark\./.test(source))).toEqual([])
    expect(seen.pages.design?.pictures).toHaveLength(6)
  })

  it('has no link to a page or heading that is missing', () => {
    const dead = Object.entries(seen.pages).flatMap(([path, { links }]) =>
      links.filter((link) => !leadsSomewhere(link, seen)).map((link) => `${path}: ${link}`),
    )
    expect(dead).toEqual([])
  })

  it('finds a page by a word', () => {
    expect(seen.searched).toContain('/init')
  })

  it('filters the comparison of inits by init, topic and word', () => {
    const { all, tini, signals, word } = seen.filtered
    expect(all.cases).toBeGreaterThan(50)
    expect(all.heads).toContain('catatonit')
    expect(tini.heads).toContain('tini')
    expect(tini.heads).not.toContain('catatonit')
    expect(signals.cases).toBeLessThan(all.cases)
    expect(word.cases).toBeLessThan(signals.cases)
    expect(word.cases).toBeGreaterThan(0)
    for (const { cases, rows } of [all, tini, signals, word]) expect(rows).toBe(cases)
  })

  it('has no fault that axe finds on any page', () => {
    expect(seen.found).toEqual([])
  })
})

function leadsSomewhere(link: string, { origin, pages }: Visit): boolean {
  const { origin: host, pathname, hash } = new URL(link)
  if (host !== origin) return true
  const page = pages[pathname.slice(1).replace(/\.html$/, '')]
  return page !== undefined && (hash === '' || page.ids.includes(decodeURIComponent(hash.slice(1))))
}
