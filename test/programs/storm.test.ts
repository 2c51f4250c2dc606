import { mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPids } from '../../lib/system/proc.js'
import { compile } from '../compile.js'
import { lacks } from '../needs.js'
import { patience, sized } from '../pace.mjs'
import { asPid1, keeperPid1, libraryPid1, nodeWithInit, pid1, run } from '../program.js'
import { under } from './running.js'

const ORPHANS = sized(10_000, 1000)
const TIMEOUT = 60_000
const timeout = TIMEOUT
const testTimeout = patience(2 * TIMEOUT)

const source = fileURLToPath(new URL('fixtures/storm.c', import.meta.url))
const wrapper = fileURLToPath(new URL('fixtures/run-child.mjs', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'sexton-storm-'))
const storm = join(directory, 'storm')

beforeAll(async () => {
  await compile(source, storm)
})

afterAll(() => rmSync(directory, { recursive: true }))

/** Every process that is one of the storm's, whatever namespace it is in. Zombies have no program. */
function remains(): number[] {
  return (readPids() ?? []).filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/exe`) === storm
    } catch {
      return false
    }
  })
}

const WAYS = {
  'pid1 as PID 1': { prefix: asPid1, init: under() },
  'pid1 as a subreaper': { prefix: [], init: under('-s') },
  'Node with sexton/init as PID 1': { prefix: asPid1, init: [...nodeWithInit, wrapper] },
  'Node with sexton/init as a subreaper': { prefix: [], init: [...nodeWithInit, wrapper] },
  // For comparison: the storm itself is right.
  'tini as PID 1': { prefix: asPid1, init: ['tini', '--'] },
}

describe.each(Object.entries(WAYS))('Under %s', (name, { prefix, init }) => {
  const isMissing = name.startsWith('tini') && lacks('tini')

  it.skipIf(isMissing)(
    '10 000 orphans that die at once leave no zombie while the command runs',
    async () => {
      const outcome = await run([...init, storm, String(ORPHANS), 'stay'], { prefix, timeout })
      expect(outcome).toMatchObject({ code: 7, signal: null, stderr: '' })
      expect(outcome.stdout).toMatch(/^released \d+\nreaped \d+\nleft 0\n$/)
    },
    testTimeout,
  )

  it.skipIf(isMissing)(
    'leaves none of 10 000 orphans that die with it, and its code',
    async () => {
      const outcome = await run([...init, storm, String(ORPHANS), 'leave'], { prefix, timeout })
      expect(outcome).toMatchObject({ code: 7, signal: null })
      // The kernel may need more than a second for so many.
      expect(outcome.stderr).toMatch(/^(sexton\/init: waiting for storm .*\n)?$/)
      expect(outcome.stdout).toMatch(/^released \d+\n$/)
      expect(remains()).toEqual([])
    },
    testTimeout,
  )
})

// The kernel finds any dead child by walking past the older ones that live. Under strace every walk takes long.
it.skipIf(pid1 !== keeperPid1 || lacks('strace'))(
  'After a long walk pid1 asks about the neighbours of the dead',
  async () => {
    const trace = join(directory, 'trace')
    const prefix = ['strace', '-qq', '-o', trace, '-e', 'trace=waitid', '-e', 'signal=none']
    const { code } = await run([...under('-s'), storm, '300', 'stay'], { prefix, timeout })
    expect(code).toBe(7)
    const found = readFileSync(trace, 'utf8').match(/waitid\(P_\w+(?=.*si_pid=[1-9])/g) ?? []
    const asked = found.filter((call) => call.endsWith('P_PID'))
    expect(found.length).toBeGreaterThan(300)
    expect(asked.length).toBeGreaterThan(found.length / 2)
  },
  testTimeout,
)

describe('Where each has to be told of', () => {
  it(
    '10 000 orphans that die at once are told of, each once',
    async () => {
      const words = under('--status-fd', '2', storm, String(ORPHANS), 'stay')
      const { code, stdout, stderr } = await run(words, { prefix: asPid1, timeout })
      expect(code).toBe(7)
      // Node stays beside the keeper, and tells.
      expect(stdout).toMatch(pid1 === libraryPid1 ? /left 0\n$/ : /left 1\n$/)
      const reaped = stderr.split('\n').filter((line) => line.startsWith('{"event":"reaped"'))
      expect(new Set(reaped.map((line) => JSON.parse(line).pid)).size).toBe(ORPHANS)
      expect(reaped).toHaveLength(ORPHANS)
    },
    testTimeout,
  )
})
