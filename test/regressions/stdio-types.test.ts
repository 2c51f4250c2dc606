import type { Readable, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type Stdio, spawn } from '../../lib/index.js'

// The values that test/types/spawn.test-d.ts has as types: `stdio` decides which streams are null.

type Sort = 'reads' | 'writes' | null

// By what it can do: a pipe of ours may be a Duplex with one of its sides closed.
function sortOf(stream: Readable | Writable | null): Sort {
  if (stream === null) return null
  return 'writable' in stream && stream.writable ? 'writes' : 'reads'
}

describe('The streams of a child', () => {
  it.each<[Stdio | readonly Stdio[] | undefined, Sort, Sort, Sort]>([
    [undefined, 'writes', 'reads', 'reads'],
    ['pipe', 'writes', 'reads', 'reads'],
    ['inherit', null, null, null],
    ['ignore', null, null, null],
    [['ignore', 'pipe', 'pipe'], null, 'reads', 'reads'],
    [['pipe', 'inherit', 2], 'writes', null, null],
    [['ignore'], null, 'reads', 'reads'],
    [[], 'writes', 'reads', 'reads'],
    [['readable', 'writable', { fd: 2 }, 'readable'], 'reads', 'writes', null],
  ])('are, by %j, as their types say', async (stdio, stdin, stdout, stderr) => {
    await using child = spawn('true', [], stdio === undefined ? {} : { stdio })
    expect([child.stdin, child.stdout, child.stderr].map(sortOf)).toEqual([stdin, stdout, stderr])
    expect((await child.exited).code).toBe(0)
  })

  it.each<[Stdio | readonly Stdio[], Sort, Sort, Sort]>([
    ['pipe', 'writes', 'reads', 'reads'],
    [['ignore', 'pipe', 1], null, 'reads', null],
  ])('are, by %j, the same for a child that could not be started', async (stdio, ...sorts) => {
    const child = spawn('/no/such/file', [], { stdio })
    await expect(child.exited).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
    expect([child.stdin, child.stdout, child.stderr].map(sortOf)).toEqual(sorts)
  })
})
