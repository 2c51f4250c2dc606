import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { parsePageSize } from '../../../lib/system/page-size.js'
import {
  parseChildren,
  parseCommandLine,
  parseStat,
  parseThreadGroup,
} from '../../../lib/system/proc-formats.js'
import { patience } from '../../pace.mjs'
import type { Target } from '../target.js'
import { bytes, text } from '../values.js'

interface Stat {
  pid: number
  /** At most 15 bytes, one character each. */
  name: string
  state: string
  /** Fields 4 to 52 of proc_pid_stat(5). */
  fields: number[]
  /** Where the text is cut off. */
  cut: number
}

const name = text(15)
const pid = fc.integer({ min: 1, max: 4_194_304 })

const decoded = (string: string) => Buffer.from(string, 'latin1').toString()

/** A stat line as the kernel writes it gives back what is in it; one that is cut off gives nothing. */
export const procStat: Target<Stat> = {
  name: 'proc-stat',
  input: fc.record({
    pid,
    name,
    state: fc.constantFrom('R', 'S', 'D', 'Z', 'T', 't', 'X', 'I', 'P'),
    fields: fc.array(fc.integer({ min: -1, max: 2 ** 48 }), { minLength: 49, maxLength: 49 }),
    cut: fc.nat(1500),
  }),
  check({ pid, name, state, fields, cut }) {
    const line = decoded(`${pid} (${name}) ${state} ${fields.join(' ')}\n`)
    const field = (number: number) => fields[number - 4]
    assert.deepEqual(parseStat(line), {
      ...{ pid, name: decoded(name), state },
      ...{ ppid: field(4), processGroup: field(5), session: field(6), terminal: field(7) },
      ...{ userTime: field(14), systemTime: field(15), threads: field(20) },
      ...{ startTime: field(22), rss: field(24), exitCode: field(52) },
    })
    if (cut < line.length) assert.equal(parseStat(line.slice(0, cut)), undefined)
  },
}

/** Any text is a record of numbers, or none. */
export const procText: Target<string> = {
  name: 'proc-text',
  input: fc.oneof(
    bytes(200),
    fc.tuple(pid, name, bytes(100)).map(([id, comm, rest]) => `${id} (${comm}) ${rest}\n`),
  ),
  check(string) {
    const stat = parseStat(string)
    const numbers = Object.values(stat ?? {}).filter((value) => typeof value === 'number')
    assert(stat === undefined || (numbers.length === 11 && numbers.every(Number.isFinite)))
    const group = parseThreadGroup(string)
    assert(group === undefined || Number.isInteger(group))
    assert(parseCommandLine(string).every((word) => !word.includes('\0')))
    for (const size of [4, 8] as const) parsePageSize(Buffer.from(string, 'latin1'), size)
  },
}

interface Process {
  words: string[]
  /** Zeros that a shorter title left, in the middle and behind. */
  zeros: [number, number]
  children: number[]
  name: string
  pid: number
}

/** The other files come back too, each in no more time than its length takes. */
export const procFiles: Target<Process> = {
  name: 'proc-files',
  input: fc.record({
    words: fc.array(text(), { minLength: 1 }),
    zeros: fc.tuple(fc.nat(300_000), fc.nat(300_000)),
    children: fc.array(pid),
    name,
    pid,
  }),
  check({ words, zeros: [inside, behind], children, name, pid }) {
    const kept = words.slice(0, words.findLastIndex((word) => word !== '') + 1)
    const line = words.map((word) => `${word}\0`).join('')
    assert.deepEqual(parseCommandLine(line + '\0'.repeat(behind)), kept)
    const start = performance.now()
    assert.equal(parseCommandLine(`a${'\0'.repeat(inside + 1)}b`).length, inside + 2)
    assert(performance.now() - start < patience(5000), 'it takes too long')
    assert.deepEqual(parseChildren(children.map((child) => `${child} `).join('')), children)
    // The kernel escapes these in the name.
    const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
    const status = `Name:\t${decoded(escaped)}\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t${pid}\n`
    assert.equal(parseThreadGroup(`${status}Ngid:\t0\n`), pid)
  },
}
