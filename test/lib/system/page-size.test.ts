import { spawnSync } from 'node:child_process'
import { endianness } from 'node:os'
import { describe, expect, it } from 'vitest'
import { pageSize, parsePageSize } from '../../../lib/system/page-size.js'

describe('pageSize', () => {
  it('is what getconf(1) says', () => {
    const { stdout } = spawnSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })
    expect(pageSize()).toBe(Number(stdout))
  })
})

// Its records are written as this machine's kernel would; CI has only machines of this kind.
describe.runIf(endianness() === 'LE')('parsePageSize', () => {
  const vector8 = (...words: number[]) => Buffer.from(BigUint64Array.from(words.map(BigInt)).buffer)
  const vector4 = (...words: number[]) => Buffer.from(Uint32Array.from(words).buffer)

  it('finds it among pairs of words of either size', () => {
    expect(parsePageSize(vector8(33, 6, 6, 65_536, 0, 0), 8)).toBe(65_536)
    expect(parsePageSize(vector4(33, 6, 6, 16_384, 0, 0), 4)).toBe(16_384)
  })

  it('knows none without it, or in half a vector', () => {
    expect(parsePageSize(vector8(33, 6, 0, 0), 8)).toBeUndefined()
    expect(parsePageSize(vector8(6), 8)).toBeUndefined()
    expect(parsePageSize(Buffer.alloc(0), 8)).toBeUndefined()
  })
})
