import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../compile.js'
import { patience } from '../pace.mjs'
import { keeperPid1, libraryPid1, run } from '../program.js'
import { sizes } from './sizes.js'

const STARTS = sizes.instants.starts // in each of four ways
const timeout = 300_000

const source = fileURLToPath(new URL('fixtures/instants.c', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'sexton-instants-'))
const instants = join(directory, 'instants')

beforeAll(async () => {
  await compile(source, instants)
})

afterAll(() => rmSync(directory, { recursive: true }))

interface Start {
  signal: number
  came: number
  /** It was sent before the command had begun. */
  early: boolean
}

interface Series {
  starts: number
  way: 'plain' | 'namespace'
  /** From when on a signal may come: the keeper blocks all from its exec on. */
  from?: 'handler' | 'exec'
  init?: string
  options: readonly string[]
  /** How often each signal is sent. */
  sends?: number
}

async function startsOf(series: Series) {
  const { starts, way, from = 'handler', init = libraryPid1, options, sends = 1 } = series
  const seed = Math.floor(Math.random() * 2 ** 31)
  const words = [instants, starts, seed, way, from, sends, init, ...options, '--'].map(String)
  const { code, stdout, stderr } = await run(words, { timeout })
  const told = stdout.trim().split('\n')
  const all = told.map((line): Start => {
    const [signal, came, when] = line.split(' ')
    return { signal: Number(signal), came: Number(came), early: when === 'early' }
  })
  return { code, stderr, seed, all }
}

const LIBRARY: readonly Series[] = [
  { starts: STARTS, way: 'plain', options: ['-s'] },
  { starts: STARTS, way: 'plain', options: ['-s', '-g'] },
  { starts: STARTS, way: 'namespace', options: [] },
  { starts: STARTS, way: 'namespace', options: ['-g'] },
]

const KEEPER = LIBRARY.map((series): Series => {
  return { ...series, from: 'exec', init: keeperPid1 }
})

describe('A signal at a random instant after the first handler, or the exec, of', () => {
  it.each([
    ['the keeper', KEEPER],
    ['the library', LIBRARY],
  ])(
    '%s comes to the command once, in each of hundreds of starts',
    async (_, all) => {
      const results = await Promise.all(all.map(startsOf))
      for (const { code, stderr, seed, all } of results) {
        const wrong = all.filter(({ came }) => came !== 1)
        expect({ seed, code, stderr, wrong }).toEqual({ seed, code: 0, stderr: '', wrong: [] })
        expect(all).toHaveLength(STARTS)
      }
      const sent = results.flatMap(({ all }) => all)
      expect(new Set(sent.map(({ signal }) => signal)).size).toBeGreaterThan(20)
      // Before the command had begun, and after.
      const early = sent.filter(({ early }) => early).length
      expect(early).toBeGreaterThan(0)
      expect(early).toBeLessThan(sent.length)
    },
    patience(timeout),
  )

  it(
    'would be noticed if it came twice, or not at all',
    async () => {
      const twice = await startsOf({ starts: 20, way: 'plain', options: ['-s'], sends: 2 })
      const doubled = twice.all.filter(({ signal }) => signal >= 34)
      expect(doubled.length).toBeGreaterThan(0)
      expect(doubled.every(({ came }) => came === 2)).toBe(true)
      const dropped = Array.from({ length: 63 }, (_, i) => i + 1)
        .filter((number) => ![9, 19, 32, 33].includes(number))
        .flatMap((number) => ['-r', `${number}:0`])
      const never = await startsOf({ starts: 1, way: 'plain', options: ['-s', ...dropped] })
      expect(never).toMatchObject({ all: [{ came: 0 }], stderr: expect.stringContaining('lost') })
    },
    patience(timeout),
  )
})
