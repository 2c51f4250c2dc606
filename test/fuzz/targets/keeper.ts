import { strict as assert } from 'node:assert'
import { setTimeout as sleep } from 'node:timers/promises'
import fc, { type Arbitrary } from 'fast-check'
import { Connection } from '../../../lib/keeper/connection.js'
import { encodeRequest, REPORTS, REQUESTS } from '../../../lib/keeper/frames.js'
import { binding } from '../../../lib/system/binding.js'
import { marked } from '../../lib/keeper/marked.js'
import { openConnection } from '../../lib/keeper/raw-socket.js'
import { settingsOf, talk } from '../../lib/keeper/talk.js'
import { patience } from '../../pace.mjs'
import type { Target } from '../target.js'
import { bytes } from '../values.js'

const latin1 = (string: string) => Buffer.from(string, 'latin1')
const mark = `fuzz-${process.pid}-${process.hrtime.bigint()}`
const word = fc.oneof(
  fc.constantFrom(0, 1, 9, 15, 19, 64, 65, 2 ** 31, 2 ** 32 - 1),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
)

// Whole requests most of the time: the keeper hears nothing after the first bytes that are none.
const request = fc
  .tuple(
    fc.constantFrom(...(['end', 'signal', 'keep', 'release', 'ping'] as const)),
    fc.tuple(word, word, word),
  )
  .map(([kind, words]) => {
    const count = { end: 1, signal: 1, keep: 3, release: 0, ping: 0 }[kind]
    return Buffer.from(encodeRequest(kind, ...words.slice(0, count))).toString('latin1')
  })

/** A kind that is known, and any length and payload. */
const headed = (kinds: Readonly<Record<string, number>>): Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...Object.values(kinds)), fc.nat(130), bytes(130))
    .map(([kind, length, payload]) => String.fromCharCode(kind, 0, 0, 0, length, 0, 0, 0) + payload)

async function endsSoon<T>(work: Promise<T>): Promise<T> {
  const late = Symbol('late')
  const result = await Promise.race([work, sleep(patience(30_000), late, { ref: false })])
  assert(result !== late, 'it does not end')
  return result as T
}

/** Any bytes from Node: the keeper ends its job and exits. The pieces go one by one, and then the connection is closed. */
export const keeperRequests: Target<string[]> = {
  name: 'keeper-requests',
  input: fc.array(
    fc.oneof(
      { weight: 9, arbitrary: request },
      { weight: 1, arbitrary: headed(REQUESTS) },
      { weight: 1, arbitrary: bytes(300) },
    ),
    { maxLength: 30 },
  ),
  runsInCi: 40,
  async check(pieces) {
    const command = ['/bin/sh', '-c', '(setsid sleep 1000 &); sleep 1000'] as const
    const { code, reports, isCut } = await endsSoon(
      talk(settingsOf(mark, ...command), ({ kind }) => {
        return kind === 'started' ? pieces.map(latin1) : undefined
      }),
    )
    assert.equal(code, 0)
    assert.equal(isCut, false)
    assert.equal(reports[0]?.kind, 'started')
    assert.deepEqual(marked(mark), [])
  },
}

/** Settings of which some words were changed: the keeper refuses them, or does what they say and exits. */
export const keeperSettings: Target<[number, number][]> = {
  name: 'keeper-settings',
  // Not the words that choose descriptors of the command, which may be the socket.
  input: fc.array(fc.tuple(fc.nat(140), word), { minLength: 1, maxLength: 3 }),
  runsInCi: 40,
  async check(changes) {
    const settings = Buffer.from(settingsOf(mark, '/bin/true'))
    for (const [index, value] of changes) {
      if ((index + 1) * 4 <= settings.length) settings.writeUInt32LE(value, index * 4)
    }
    const { code, reports } = await endsSoon(talk(settings))
    assert.equal(code, 0)
    const kinds = reports.map(({ kind }) => kind)
    const isRefused = kinds[0] === 'refused' || kinds[0] === 'failed'
    assert(isRefused || kinds.includes('ended'), `${kinds}`)
  },
}

/** Any bytes from a keeper: frames, or one error, and then the end of the connection. */
export const keeperReports: Target<string[]> = {
  name: 'keeper-reports',
  input: fc.array(fc.oneof(headed(REPORTS), bytes(60)), { maxLength: 10 }),
  async check(pieces) {
    const ends = new Int32Array(2)
    assert.equal(binding.makeSocketPair(ends), 0)
    const [ours, theirs] = ends as unknown as [number, number]
    const keeper = openConnection(theirs)
    let reports = 0
    const onReport = () => {
      reports += 1
    }
    const closed = new Promise<unknown>((resolve) => {
      const onClosed = (error: unknown) => resolve(error)
      new Connection(ours, { onReport, onClosed })
    })
    for (const piece of pieces) keeper.write(latin1(piece))
    keeper.end()
    keeper.resume()
    const error = await endsSoon(closed)
    keeper.destroy()
    const all = latin1(pieces.join(''))
    const isWhole = error === undefined
    assert(isWhole || (error as { code: string }).code === 'ERR_SYSTEM', `${error}`)
    assert(all.length > 0 || (isWhole && reports === 0))
  },
}
