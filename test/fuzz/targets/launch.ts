import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import {
  limitsIn,
  parseCaptured,
  parseNote,
  restored,
  signalSets,
} from '../../../lib/cli/pid1/prologue-notes.js'
import { splitAtNul } from '../../../lib/cli/raw-arguments.js'
import type { Target } from '../target.js'
import { bytes, text } from '../values.js'

const latin1 = (string: string) => Buffer.from(string, 'latin1')
const strings = (buffers: readonly Buffer[]) => buffers.map((buffer) => buffer.toString('latin1'))

/** Any first word, and any capture: something comes of it, and soon. */
export const launchBytes: Target<string> = {
  name: 'launch-bytes',
  input: fc.oneof(
    bytes(200),
    bytes(60).map((rest) => `--launched=${rest}`),
    fc.tuple(bytes(30), bytes(60)).map(([notes, rest]) => `${notes}\n=\n${rest}.`),
  ),
  check(string) {
    const { words, fds, ...noted } = parseNote([latin1(string), latin1('sh')])
    const { ignored, blocked } = signalSets(noted, string)
    assert(words.length === 1 || words.length === 2)
    assert(fds.every((fd) => fd > 2))
    assert([...ignored, ...blocked].every((signal) => signal >= 1 && signal <= 64))
    const split = splitAtNul(latin1(string))
    assert.equal(split.map((part) => `${part.toString('latin1')}\0`).join(''), ended(string))
    limitsIn(parseCaptured(string).notes)
    restored(latin1(string))
  },
}

// The kernel ends each string; a program may have written over the last end.
function ended(string: string): string {
  return string === '' || string.endsWith('\0') ? string : `${string}\0`
}

interface Noted {
  options: string
  limit: string
  environment: string[]
  fds: number[]
  ignored: number[]
  words: string[]
}

/** What the prologue writes comes back, whatever the variables hold. */
export const launchBack: Target<Noted> = {
  name: 'launch-back',
  input: fc.record({
    options: text(),
    limit: fc.oneof(fc.constant('unlimited'), fc.nat().map(String)), // soft, of descriptors
    environment: fc.array(text().map((value) => `V=${value}`)),
    fds: fc.uniqueArray(fc.integer({ min: 3, max: 1000 })),
    ignored: fc.uniqueArray(fc.integer({ min: 1, max: 64 })),
    words: fc.array(text()),
  }),
  check({ options, limit, environment, fds, ignored, words }) {
    const all = [`NODE_OPTIONS=${options}`, ...environment]
    const block = latin1(all.map((entry) => `${entry}\0`).join('')).toString('base64')
    const lines = block.replace(/.{76}/g, '$&\n')
    const notes = `Name:\tcat\nMax open files            ${limit.padEnd(20)} 4096                 files`
    const captured = parseCaptured(`${notes}\n=\n${lines}\n.`)
    const soft = limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit)
    assert.deepEqual(limitsIn(captured.notes), { nofile: { soft, hard: 4096 } })
    assert.deepEqual(strings(captured.environment ?? []), all)
    assert.equal(parseCaptured(`${notes}\n=\n${lines}\n`).environment, undefined)
    const kept = all.flatMap((entry) =>
      restored(latin1(entry.replace('NODE_', 'sexton_kept_NODE_'))),
    )
    assert.equal(strings(kept)[0], all[0])
    const bits = ignored.reduce((sum, signal) => sum | (1n << BigInt(signal - 1)), 0n)
    const mask = bits.toString(16).padStart(16, '0')
    const first = `--launched=,0,1,2,${fds.join(',')}:${'0'.repeat(16)}:${mask}`
    const note = parseNote([first, ...words].map(latin1))
    assert.deepEqual([note.launched, note.blocked], [true, []])
    assert.deepEqual([note.fds, strings(note.words)], [fds, words])
    assert.deepEqual(
      note.ignored,
      [...ignored].sort((a, b) => a - b),
    )
  },
}
