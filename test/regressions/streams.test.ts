import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { type Child, spawn } from '../../lib/index.js'
import { eventually } from '../eventually.js'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./streams.program.js')>(
  './streams.program.ts',
  import.meta.url,
)

const openDescriptors = () => readdirSync('/proc/self/fd').length

const shell = (script: string) =>
  spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'pipe', 'writable'] })

/** Its descendant writes more once it is told to, after the child's end. */
function withDescendant(): Child {
  const descendant = 'read go <&3; echo later; exec >&- 2>&-; read end <&3'
  const child = shell(`(${descendant}) & exec 3<&-; echo early`)
  expect(child.stdio[3]).not.toBeNull() // looked at in time, so it stays open
  return child
}

const tell = (child: Child, line: string) => (child.stdio[3] as Writable).write(line)

/** Starts 50 children, lets `use` have each, and expects no descriptor more than before. */
async function expectNoLeak(make: () => Child, use: (child: Child) => unknown): Promise<Child[]> {
  await make()[Symbol.asyncDispose]()
  const before = openDescriptors()
  const children = Array.from({ length: 50 }, make)
  await Promise.all(children.map(use))
  await Promise.all(children.map((child) => child.exited))
  await eventually(() => expect(openDescriptors()).toBeLessThanOrEqual(before))
  return children
}

describe('streams that are looked at and not read', () => {
  it('give their descriptors back at the end of the child', async () => {
    await expectNoLeak(
      () => shell('echo out; echo err >&2'),
      ({ stdin, stdout, stderr, stdio }) =>
        expect(stdio).toEqual([stdin, stdout, stderr, stdio[3]]),
    )
  })

  it('can be read after the end, to the last byte', async () => {
    const children = await expectNoLeak(
      () => shell('seq 1 9000; echo err >&2'),
      ({ stdout, stderr }) => expect([stdout, stderr]).not.toContain(null),
    )
    const numbers = `${Array.from({ length: 9000 }, (_, i) => i + 1).join('\n')}\n`
    for (const { stdout, stderr } of children) {
      const closed = once(stdout as Readable, 'close')
      expect(await text(stdout as Readable)).toBe(numbers)
      expect(await text(stderr as Readable)).toBe('err\n')
      await closed
    }
  })

  it('hold what was written, not a buffer of 64 KiB each', async () => {
    const before = process.memoryUsage().arrayBuffers
    const children = await expectNoLeak(
      () => shell('echo out; echo err >&2'),
      ({ stdout }) => stdout,
    )
    const each = (process.memoryUsage().arrayBuffers - before) / children.length
    expect(each).toBeLessThan(16_384)
  })
})

describe('a stream that is read in part', () => {
  const numbers = `${Array.from({ length: 9000 }, (_, i) => i + 1).join('\n')}\n`

  it('gives its descriptor back, and keeps the rest in order', async () => {
    const firsts = new Map<Child, string>()
    const children = await expectNoLeak(
      () => shell('seq 1 9000'),
      async (child) => {
        const stdout = child.stdout as Readable
        const [chunk] = (await once(stdout, 'data')) as [Buffer]
        stdout.pause()
        firsts.set(child, String(chunk))
      },
    )
    for (const child of children) {
      expect(firsts.get(child) + (await text(child.stdout as Readable))).toBe(numbers)
    }
  })

  it('comes to its end while a reader iterates over it', async () => {
    const child = shell('seq 1 9000')
    let read = ''
    for await (const chunk of child.stdout as Readable) {
      if (read === '') await child.exited
      read += chunk
    }
    expect(read).toBe(numbers)
  })
})

describe('an unread stream whose pipe a descendant holds', () => {
  it('gives its descriptor back when the descendant lets go', async () => {
    const children = await expectNoLeak(withDescendant, async (child) => {
      expect(child.stderr).not.toBeNull()
      expect(child.stdout).not.toBeNull()
      await child.exited
      tell(child, 'go\n')
      ;(child.stdio[3] as Writable).end('end\n')
    })
    for (const { stdout } of children) expect(await text(stdout as Readable)).toBe('early\nlater\n')
  })

  it('can be read in time', async () => {
    const child = withDescendant()
    const stdout = child.stdout as Readable
    await child.exited
    const first = await once(stdout, 'data')
    expect(String(first)).toBe('early\n')
    tell(child, 'go\nend\n')
    expect(await text(stdout)).toBe('later\n')
    await child[Symbol.asyncDispose]()
  })

  it('keeps the process alive from the first reader on', async () => {
    expect(await programs.evaluate('readLate', ['none'])).toBe('')
    expect(await programs.evaluate('readLate', ['by data events'])).toBe('early\nlater\n')
    expect(await programs.evaluate('readLate', ['by readable events'])).toBe('early\nlater\n')
    expect(await programs.evaluate('readLate', ['by an iterator'])).toBe('later\n')
  })
})

describe('a writable stream that is looked at', () => {
  it('gives its descriptor back once it has no reader', async () => {
    const { length } = await expectNoLeak(
      () => shell('exit 0'),
      (child) => expect(child.stdio[3]).not.toBeNull(),
    )
    expect(length).toBe(50)
  })
})
