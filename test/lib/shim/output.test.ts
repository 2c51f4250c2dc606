import { writeSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Output } from '../../../lib/shim/output.js'
import { DirectSource } from '../../../lib/shim/output-source.js'
import { closeDescriptor, makePipe } from '../../../lib/system/descriptors.js'
import { turns } from '../../inside.js'

function pipe() {
  const { read, write } = makePipe('read')
  onTestFinished(() => [read, write].forEach(closeDescriptor))
  return { output: new Output(new DirectSource(read)), write }
}

/** What an output gives to its end. */
async function all(output: Output): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of output) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces).toString()
}

describe('A stream of output', () => {
  it('ends when nobody can write to it', async () => {
    const { output, write } = pipe()
    const got = all(output)
    writeSync(write, 'one')
    await turns(3)
    writeSync(write, 'two')
    closeDescriptor(write)
    expect(await got).toBe('onetwo')
  })

  it('that is drained ends with what it has, though somebody can still write', async () => {
    const { output, write } = pipe()
    writeSync(write, 'x'.repeat(50_000))
    output.drain()
    expect(await all(output)).toHaveLength(50_000)
  })

  it('that is drained while it waits ends', async () => {
    const { output } = pipe()
    const got = all(output)
    await turns(3)
    output.drain()
    expect(await got).toBe('')
  })

  it('that is drained does not wait for somebody who goes on writing', async () => {
    const { output, write } = pipe()
    writeSync(write, 'x'.repeat(30_000))
    output.drain()
    let length = 0
    for await (const piece of output) {
      length += piece.length
      writeSync(write, 'more')
      expect(length).toBeLessThanOrEqual(30_000)
    }
    expect(length).toBe(30_000)
  })
})
