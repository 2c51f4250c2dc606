import { describe, expect, it } from 'vitest'
import { OutputBuffer, type Overflow } from '../../../lib/job/output-buffer.js'

const POLICIES: readonly Overflow[] = ['error', 'truncate-head', 'truncate-tail']

/** Chunks of random sizes, many of them small. */
function chunksOf(data: Buffer, random: () => number): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < data.length; ) {
    const length = Math.ceil(random() ** 4 * 20_000)
    chunks.push(Buffer.from(data.subarray(at, at + length)))
    at += length
  }
  return chunks
}

/** A repeatable source of numbers from 0 to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function expectedOf(data: Buffer, limit: number, overflow: Overflow): Buffer {
  if (data.length <= limit) return data
  return overflow === 'truncate-head' ? data.subarray(data.length - limit) : data.subarray(0, limit)
}

describe('An output buffer', () => {
  it.each(POLICIES)('keeps the right bytes by %s, for any chunks', (overflow) => {
    const random = randomFrom(1)
    for (let round = 0; round < 70; round += 1) {
      const data = Buffer.from(
        Array.from({ length: Math.ceil(random() * 100_000) }, () => random() * 256),
      )
      const limit = [
        0,
        1,
        10,
        data.length - 1,
        data.length,
        data.length + 1,
        Number.POSITIVE_INFINITY,
      ][round % 7] as number
      const buffer = new OutputBuffer(limit, overflow)
      const answers = chunksOf(data, random).map((chunk) => buffer.push(chunk))
      expect(buffer.truncated).toBe(data.length > limit)
      expect(answers.includes(false)).toBe(overflow === 'error' && data.length > limit)
      expect(buffer.contents().equals(expectedOf(data, limit, overflow))).toBe(true)
      expect(buffer.contents().equals(expectedOf(data, limit, overflow))).toBe(true)
    }
  })

  it('gives its bytes away once, and then collects further ones', () => {
    const buffer = new OutputBuffer(10, 'error')
    buffer.push(Buffer.from('ab'))
    buffer.push(Buffer.from('cd'))
    expect(buffer.take().toString()).toBe('abcd')
    expect(buffer.isEmpty).toBe(true)
    expect(buffer.take().toString()).toBe('')
    buffer.push(Buffer.from('ef'))
    expect(buffer.contents().toString()).toBe('ef')
    buffer.push(Buffer.from('gh'))
    expect(buffer.contents().toString()).toBe('efgh')
  })

  it('does not keep what its caller changes later', () => {
    const buffer = new OutputBuffer(10, 'error')
    const chunk = Buffer.from('ab')
    buffer.push(chunk)
    chunk.fill('x')
    expect(buffer.contents().toString()).toBe('ab')
  })

  it.each([
    ['single bytes', [1]],
    ['a byte before each large chunk', [1, 4096]],
    ['a small chunk before each large one', [4095, 65_536]],
  ])('needs about the memory of its contents for %s', (_, sizes) => {
    const before = process.memoryUsage().arrayBuffers
    const buffer = new OutputBuffer(Number.POSITIVE_INFINITY, 'error')
    let size = 0
    for (let i = 0; size < 4_000_000; i += 1) {
      const chunk = Buffer.allocUnsafeSlow(sizes[i % sizes.length] as number)
      buffer.push(chunk)
      size += chunk.length
    }
    const grown = process.memoryUsage().arrayBuffers - before
    expect(grown).toBeLessThan(size * 3)
    expect(buffer.contents().length).toBe(size)
  })

  it('keeps no more than its limit in memory when it drops the head', () => {
    const buffer = new OutputBuffer(100_000, 'truncate-head')
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 500_000; i += 1) buffer.push(Buffer.from('x'))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000)
    expect(buffer.contents().length).toBe(100_000)
  })
})
