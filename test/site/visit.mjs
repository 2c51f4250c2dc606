// Visits the built site in a browser, and prints what a reader sees, as JSON:
//
//   node visit.mjs FOLDER [SCREENSHOTS]

import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import puppeteer from 'puppeteer-core'
import { serve } from './serve.mjs'

const [folder, screenshots] = process.argv.slice(2)
const site = createRequire(join(folder, '..', '..', 'package.json'))
const axe = readFileSync(site.resolve('axe-core/axe.min.js'), 'utf8')
// Those with charts, diagrams or the filter.
const PICTURED = ['', 'inits', 'benchmarks', 'design', 'guarantees']
const LOADED = { waitUntil: 'load' }
// The faults that axe finds.
const found = []

const paths = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith('.html') && name !== '404.html')
  .map((name) => name.replace(/(^|\/)index\.html$|\.html$/, '$1'))

const server = await serve(folder)
const origin = `http://127.0.0.1:${server.address().port}`
const args = ['--no-sandbox', '--disable-dev-shm-usage']
const browser = await puppeteer.launch({ executablePath: '/usr/bin/chromium', args })
try {
  const page = await browser.newPage()
  const faults = []
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error}`))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${page.url()}: ${message.text()}`)
  })
  const pages = await readAll(page)
  const searched = await search(page)
  const filtered = await filter(page)
  await readByDay(page)
  console.log(JSON.stringify({ origin, faults, pages, searched, filtered, found }))
} finally {
  await browser.close()
  server.closeAllConnections()
  server.close()
}

/** What each page is like on a telephone, in the dark. */
async function readAll(page) {
  await page.setViewport({ width: 375, height: 800, isMobile: true })
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
  const pages = {}
  for (const path of paths) {
    await page.goto(`${origin}/${path}`, LOADED)
    pages[path] = await page.evaluate(look)
    await examine(page, `/${path} on a phone, in the dark`, PICTURED.includes(path))
    if (PICTURED.includes(path)) await shoot(page, `phone-${path || 'index'}`)
  }
  return pages
}

/** Looks at a page. It runs in the browser. */
function look() {
  const all = (selector) => [...document.querySelectorAll(selector)]
  const shown = all('.vp-doc img').filter((image) => image.offsetParent !== null)
  return {
    title: document.querySelector('h1')?.textContent ?? '',
    excess: document.documentElement.scrollWidth - 375,
    background: getComputedStyle(document.body).backgroundColor,
    pictures: shown.map(({ src, naturalWidth }) => [src.slice(0, 100), naturalWidth]),
    ids: all('[id]').map(({ id }) => id),
    links: all('.vp-doc a[href]').map(({ href }) => href),
  }
}

async function search(page) {
  await page.setViewport({ width: 1280, height: 800 })
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }])
  await page.goto(`${origin}/`, { waitUntil: 'networkidle0' }) // its script has run
  await page.click('.VPNavBarSearch button')
  await page.waitForSelector('.search-input')
  await page.type('.search-input', 'foreignChildDelay')
  await page.waitForSelector('.results .result')
  return page.$$eval('.results .result', (links) => links.map(({ href }) => new URL(href).pathname))
}

/** How many cases the comparison shows, and which inits, filter by filter. */
async function filter(page) {
  await page.goto(`${origin}/inits`, LOADED)
  const state = () =>
    page.evaluate(() => ({
      cases: Number.parseInt(document.querySelector('.comparison-filter output').textContent, 10),
      rows: [...document.querySelectorAll('.vp-doc tbody tr')].filter((row) => row.offsetParent)
        .length,
      heads: [...document.querySelectorAll('.vp-doc table')]
        .filter((table) => table.offsetParent)
        .map((table) => [...table.rows[0].cells].filter((cell) => cell.offsetParent))
        .map((cells) => cells.map((cell) => cell.textContent))[0],
    }))
  await page.waitForSelector('.vp-doc.comparison, .comparison .vp-doc, .comparison')
  const states = { all: await state() }
  await page.select('.comparison-filter label:nth-child(1) select', 'tini')
  states.tini = await state()
  await page.select('.comparison-filter label:nth-child(2) select', 'Signals')
  states.signals = await state()
  await page.type('.comparison-filter input', 'SIGTSTP')
  states.word = await state()
  await shoot(page, 'desktop-filtered')
  return states
}

/** Looks at the pages with most pictures on a desktop, in the light. */
async function readByDay(page) {
  for (const path of PICTURED) {
    await page.goto(`${origin}/${path}`, LOADED)
    await examine(page, `/${path} on a desktop, in the light`, true)
    await shoot(page, `desktop-${path || 'index'}`)
  }
}

/**
 * Asks axe for faults, by the rules of WCAG. Contrast is examined where all styles are: it takes seconds for each of the
 * long pages, whose styles are the same.
 */
async function examine(page, name, hasContrast) {
  await page.evaluate(axe)
  const faults = await page.evaluate(async (enabled) => {
    const { violations } = await globalThis.axe.run({
      runOnly: ['wcag2a', 'wcag2aa'],
      rules: { 'color-contrast': { enabled } },
      resultTypes: ['violations'],
    })
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 150))}`,
    )
  }, hasContrast)
  found.push(...faults.map((fault) => `${name}: ${fault}`))
}

async function shoot(page, name) {
  if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, `${name}.png`) })
}
