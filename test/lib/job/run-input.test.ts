import { createReadStream, readFileSync } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { command, type Input, pipeline, run } from '../../../lib/index.js'
import { patience } from '../../pace.mjs'
import { failureOf, sh } from './commands.js'

const cat = async (input: Input) => (await run('cat', [], { input, encoding: 'buffer' })).stdout

async function* generate<T>(...values: T[]): AsyncGenerator<T> {
  yield* values
}

/** An endless source, which tells whether it was left. */
function endless() {
  const state = { left: false, taken: 0 }
  async function* source() {
    try {
      for (;;) {
        state.taken += 1
        yield Buffer.alloc(10_000)
      }
    } finally {
      state.left = true
    }
  }
  return { state, input: source() }
}

describe('The input of a command', () => {
  const large = Buffer.alloc(3_000_000, 'abcdefg\n')

  it.each<[string, () => Input, string]>([
    ['text', () => 'a€😀', 'a€😀'],
    ['no text', () => '', ''],
    ['bytes', () => Uint8Array.of(97, 98), 'ab'],
    ['a part of memory', () => new Uint8Array(Buffer.from('xaby')).subarray(1, 3), 'ab'],
    ['a list of text and bytes', () => ['a', Buffer.from('b'), '', 'c'], 'abc'],
    ['an empty list', () => [], ''],
    ['a set', () => new Set(['a', 'b']), 'ab'],
    ['an async generator', () => generate<string | Buffer>('a', Buffer.from('b')), 'ab'],
    [
      'a stream',
      () => Readable.from([Buffer.from('a'), Buffer.from('b')], { objectMode: false }),
      'ab',
    ],
    ['a stream of objects', () => Readable.from(['a', Buffer.from('b')]), 'ab'],
    [
      'a web stream',
      () => new Blob(['a', 'b']).stream() as unknown as AsyncIterable<Uint8Array>,
      'ab',
    ],
  ])('may be %s', async (_, input, expected) => {
    expect((await cat(input())).toString()).toBe(expected)
  })

  it.each<[string, () => Input]>([
    ['text', () => large.toString()],
    ['bytes', () => large],
    [
      'a generator',
      () => generate<Uint8Array>(large.subarray(0, 1_000_000), large.subarray(1_000_000)),
    ],
    ['a stream', () => new PassThrough().end(large)],
  ])('may be 3 MB of %s', async (_, input) => {
    expect((await cat(input())).equals(large)).toBe(true)
  })

  it('is another command by its standard output', async () => {
    const numbers = run('seq', ['100000'])
    expect((await cat(linesWithNewlines(numbers))).length).toBe(588_895)
  })

  it('may be the standard input of a file', async () => {
    const path = new URL(import.meta.url).pathname
    expect((await cat({ file: path } as never)).equals(readFileSync(path))).toBe(true)
  })
})

describe('A stream for a command that is not started', () => {
  const signal = AbortSignal.abort()
  it.each<[string, (input: Readable) => PromiseLike<unknown>]>([
    ['aborted before', (input) => run('cat', [], { input, signal })],
    ['a pipeline that was aborted before', (input) => pipeline(['cat'], { input, signal })],
    ['missing', (input) => run('/no/such/program', [], { input })],
  ])('is closed: one that is %s', async (_, start) => {
    const input = createReadStream('/dev/zero')
    await failureOf(start(input))
    await vi.waitFor(() => expect(input.closed).toBe(true), patience(5000))
  })

  it('is left alone if an argument is invalid', () => {
    const input = new PassThrough()
    expect(() => run('cat', [5 as never], { input })).toThrow(TypeError)
    expect(input.destroyed).toBe(false)
  })
})

describe('A stream that was read to its end', () => {
  it('is refused as input, also of a command that is run again', async () => {
    const expected = /a stream that was read to its end/
    const read = Readable.from(['a'])
    for await (const _ of read);
    expect(() => run('cat', [], { input: read })).toThrow(expected)
    const prepared = command('cat', [], { input: new PassThrough().end('a') })
    expect((await run(prepared)).stdout).toBe('a')
    expect(() => run(prepared)).toThrow(expected)
  })
})

describe('A run as input', () => {
  it('is refused: its lines lack their newlines', async () => {
    await using lines = run('seq', ['3'])
    expect(() => run('wc', ['-l'], { input: lines })).toThrow(/Use pipeline\(\)/)
    expect((await lines).stdout).toBe('1\n2\n3')
  })

  it('gives all of its bytes by encoding: buffer', async () => {
    const bytes = run('seq', ['3'], { encoding: 'buffer' })
    expect((await run('wc', ['-l'], { input: bytes })).stdout.trim()).toBe('3')
  })
})

async function* linesWithNewlines(lines: AsyncIterable<string>) {
  for await (const line of lines) yield `${line}\n`
}

describe('Input that the command does not read', () => {
  const large = 'x'.repeat(1_000_000)

  it.each<[string, string, () => Input]>([
    ['never reads text', 'exit 0', () => large],
    ['closes its input', 'exec <&-; sleep 0.05', () => large],
    ['reads the beginning', 'head -c 10', () => large],
    ['never reads a generator', 'exit 0', () => generate(large, large)],
    ['never reads a stream', 'exit 0', () => Readable.from([large, large])],
    ['never reads a little', 'exit 0', () => 'x'],
    ['never reads a stream that says nothing', 'exit 0', () => new PassThrough()],
  ])('is no failure: a command that %s', async (_, script, input) => {
    const result = await sh(script, { input: input() })
    expect(result.status.code).toBe(0)
    expect(result.terminationReason).toBeUndefined()
  })

  it.each<[string, string, () => Input]>([
    ['never reads text', 'exit 0', () => large],
    ['closes its input', 'exec <&-; exec sleep 60', () => large],
    ['reads the beginning', 'head -c 10', () => generate(large)],
    ['never reads a stream that says nothing', 'exit 0', () => new PassThrough()],
  ])('is a failure if asked: a command that %s', async (_, script, input) => {
    const error = await failureOf(sh(script, { input: input(), unreadInput: 'error' }))
    expect(error.terminationReason).toBe('input')
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('is told from input that was read to its end', async () => {
    const inputs = [large, 'x', [large, large], Buffer.alloc(65_536), Buffer.alloc(65_537)]
    for (let i = 0; i < 40; i += 1) {
      const input = inputs[i % inputs.length] as Input
      const { terminationReason } = await sh('cat > /dev/null', { input, unreadInput: 'error' })
      expect(terminationReason).toBeUndefined()
    }
    const exactly = { input: [Buffer.alloc(200_000)], unreadInput: 'error' } as const
    for (let i = 0; i < 20; i += 1) await run('head', ['-c', '200000'], exactly)
  })

  it('leaves an endless source', async () => {
    const { state, input } = endless()
    expect((await run('head', ['-c', '100000'], { input })).stdout.length).toBe(100_000)
    await expect.poll(() => state.left).toBe(true)
  })

  it('takes no more from a source than the pipe holds', async () => {
    const { state, input } = endless()
    await using running = run('sleep', ['60'], { input, reject: false })
    await expect.poll(() => state.taken).toBeGreaterThan(6)
    const before = state.taken
    await run('sleep', ['0.05'])
    expect(state.taken).toBeLessThan(before + 20)
    running.kill('SIGKILL')
  })
})

describe('A source of input that fails', () => {
  const failure = new Error('no more')

  async function* failing(first: string) {
    yield first
    throw failure
  }

  it.each<[string, () => Input]>([
    ['a generator', () => failing('x')],
    ['a generator after 1 MB', () => failing('x'.repeat(1_000_000))],
    [
      'a list',
      () => ({
        [Symbol.iterator]: () => {
          throw failure
        },
      }),
    ],
    [
      'a stream',
      () =>
        new Readable({
          read() {
            this.destroy(failure)
          },
        }),
    ],
    [
      'a stream that has failed',
      () => {
        const stream = new PassThrough()
        stream.on('error', () => {})
        return stream.destroy(failure)
      },
    ],
    [
      'a web stream',
      () => new ReadableStream({ pull: (controller) => controller.error(failure) }) as never,
    ],
  ])('ends the command: %s', async (_, input) => {
    const error = await failureOf(sh('cat > /dev/null; exec sleep 60', { input: input() }))
    expect(error.terminationReason).toBe('input')
    expect(error.cause).toBe(failure)
    expect(error.message).toContain('its input failed')
  })

  it.each<[string, () => unknown]>([
    ['numbers', () => [1, 2]],
    ['objects', () => generate({})],
    ['null', () => ['a', null]],
    ['a stream of objects', () => Readable.from([{ a: 1 }])],
    [
      'a locked web stream',
      () => {
        const stream = new Blob(['a']).stream()
        stream.getReader()
        return stream
      },
    ],
    ['a stream that was destroyed', () => new PassThrough().destroy()],
  ])('ends the command: %s', async (_, input) => {
    const error = await failureOf(run('sleep', ['60'], { input: input() as Input }))
    expect(error.terminationReason).toBe('input')
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('fails the command even if the command has read enough', async () => {
    const result = await run('cat', [], { input: failing('x'), reject: false })
    expect(result.terminationReason).toBe('input')
  })
})

describe('input', () => {
  it.each([
    [null, 'null'],
    [5, '5'],
    [true, 'true'],
    [{}, '{}'],
    [() => 'x', '[Function'],
    [new ArrayBuffer(2), 'ArrayBuffer'],
    [new Uint16Array(2), 'Uint16Array'],
    [new DataView(new ArrayBuffer(2)), 'DataView'],
    [Promise.resolve('x'), 'Promise'],
    [{ file: 5 }, '5'],
  ])('is refused as %s', (input, quoted) => {
    let message = ''
    try {
      run('cat', [], { input: input as never }).catch(() => {})
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      message = (error as Error).message
    }
    expect(message).toContain(quoted)
    expect(message).toContain('input')
  })
})
