import { once } from 'node:events'
import { Readable, Transform, Writable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { pipe, spawn } from '../../../lib/index.js'
import { descriptors } from '../../descriptors.js'
import { sized } from '../../pace.mjs'

describe('The stdout of a child', () => {
  it('may be the stdin of another', async () => {
    const a = spawn('seq', ['100000'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const { stdout } = a
    const b = spawn('wc', ['-l'], { stdio: [stdout, 'pipe', 'inherit'] })
    expect(b.stdin).toBeNull()
    expect(stdout.destroyed).toBe(true)
    expect((await text(b.stdout)).trim()).toBe('100000')
    expect([(await a.exited).code, (await b.exited).code]).toEqual([0, 0])
    expect((stdout as Readable & { bytesRead: number }).bytesRead).toBe(0)
  })

  it('blocks the other as its stdin, as programs expect', async () => {
    const a = spawn('cat', [], { stdio: ['pipe', 'pipe', 'inherit'] })
    const options = { stdio: [a.stdout, 'pipe', 'inherit'] } as const
    const b = spawn('sh', ['-c', 'grep flags /proc/self/fdinfo/0; cat'], options)
    const [first] = await once(b.stdout, 'data')
    expect(String(first)).toBe('flags:\t00\n')
    a.stdin.end('late')
    expect(await text(b.stdout)).toBe('late')
    await Promise.all([a.exited, b.exited])
  })

  it('ends its child by SIGPIPE when the other stops reading', async () => {
    const a = spawn('yes', [], { stdio: ['ignore', 'pipe', 'inherit'] })
    const b = spawn('head', ['-1'], { stdio: [a.stdout, 'pipe', 'inherit'] })
    expect(await text(b.stdout)).toBe('y\n')
    expect((await a.exited).signal).toBe('SIGPIPE')
    await b.exited
  })

  it('is closed also if the other cannot be started', async () => {
    const a = spawn('yes', [], { stdio: ['ignore', 'pipe', 'inherit'] })
    const b = spawn('/nonexistent', [], { stdio: [a.stdout, 'pipe', 'inherit'] })
    await expect(b.exited).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
    expect((await a.exited).signal).toBe('SIGPIPE')
  })

  it('makes the other fail if its own child could not be started', async () => {
    const before = await descriptors()
    const a = spawn('/nonexistent', [], { stdio: ['ignore', 'pipe', 'inherit'] })
    const b = spawn('cat', [], { stdio: [a.stdout, 'pipe', 'inherit'] })
    await expect(b.exited).rejects.toMatchObject({
      code: 'ERR_SPAWN_FAILED',
      message: expect.stringMatching(
        /^the child at the other end failed: execve '\/nonexistent': ENOENT/,
      ),
      syscall: 'execve',
      path: '/nonexistent',
      cause: { code: 'ERR_SPAWN_FAILED' },
    })
    await expect(a.exited).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
    expect(await descriptors()).toBe(before)
  })

  it.each<[string, (stream: Readable) => unknown]>([
    ['flows', (stream) => stream.resume()],
    ['has a listener', (stream) => stream.on('readable', () => {})],
    ['was read', (stream) => stream.read()],
  ])('is refused when it %s', async (_, use) => {
    await using a = spawn('cat', [], { stdio: ['pipe', 'pipe', 'inherit'] })
    use(a.stdout)
    const start = () => spawn('cat', [], { stdio: [a.stdout, 'ignore', 'ignore'] })
    expect(start).toThrow(TypeError)
    expect(start).toThrow(
      'invalid stdio[0], a stream that has a reader: expected a stream of a child, before any other use of it',
    )
    expect(a.stdout.destroyed).toBe(false)
  })

  it('is refused when it was handed over, or its child has exited', async () => {
    const a = spawn('true', [], { stdio: ['ignore', 'pipe', 'pipe'] })
    const b = spawn('cat', [], { stdio: [a.stdout, 'ignore', 'ignore'] })
    const start = (stream: Readable) => () =>
      spawn('cat', [], { stdio: [stream, 'ignore', 'ignore'] })
    expect(start(a.stdout)).toThrow('invalid stdio[0], a stream that is closed: expected ')
    await Promise.all([a.exited, b.exited])
    expect(start(a.stderr)).toThrow(
      'invalid stdio[0], a stream without a descriptor: expected a stream of a child that has not exited',
    )
  })

  it('is refused as a stdout', async () => {
    await using a = spawn('cat', [], { stdio: ['pipe', 'pipe', 'inherit'] })
    const start = () => spawn('cat', [], { stdio: ['ignore', a.stdout, 'ignore'] })
    expect(start).toThrow('invalid stdio[1], a stream that this process reads: expected a writable')
  })
})

describe('The stdin of a child', () => {
  it('may be the stdout and stderr of another', async () => {
    const b = spawn('cat', [], { stdio: ['pipe', 'pipe', 'inherit'] })
    const options = { stdio: ['ignore', b.stdin, b.stdin] } as const
    const a = spawn('sh', ['-c', 'echo out; echo err >&2'], options)
    expect([a.stdout, a.stderr, b.stdin.destroyed]).toEqual([null, null, true])
    expect(await text(b.stdout)).toBe('out\nerr\n')
    await Promise.all([a.exited, b.exited])
  })

  it('keeps what was written before', async () => {
    const b = spawn('cat', [], { stdio: ['pipe', 'pipe', 'inherit'] })
    await new Promise((resolve) => b.stdin.write('first ', resolve))
    const a = spawn('echo', ['second'], { stdio: ['ignore', b.stdin, 'inherit'] })
    expect(await text(b.stdout)).toBe('first second\n')
    await Promise.all([a.exited, b.exited])
  })

  it('is refused while it has data to write, or when it has ended', async () => {
    await using b = spawn('sleep', ['1000'], { stdio: ['pipe', 'ignore', 'inherit'] })
    const start = () => spawn('echo', [], { stdio: ['ignore', b.stdin, 'inherit'] })
    b.stdin.on('error', () => {})
    b.stdin.write(Buffer.alloc(1_000_000))
    expect(start).toThrow('a stream that has not written all of its data yet')
    b.stdin.destroy()
    expect(start).toThrow('a stream that is closed')
  })
})

describe('The stream of an end of a pipe', () => {
  it('is handed over, like the end itself', async () => {
    using between = pipe()
    const a = spawn('echo', ['hello'], { stdio: ['ignore', between.writable, 'inherit'] })
    const stream = between.readable.stream()
    const b = spawn('cat', [], { stdio: [stream, 'pipe', 'inherit'] })
    expect(await text(b.stdout)).toBe('hello\n')
    await Promise.all([a.exited, b.exited])
  })
})

describe('Another stream', () => {
  it('is refused', () => {
    const start = () => spawn('cat', [], { stdio: [Readable.from(['x']), 'ignore', 'ignore'] })
    expect(start).toThrow(TypeError)
    expect(start).toThrow('invalid stdio[0], a stream without a descriptor')
  })
})

it('leaves no descriptor after many pairs of children', { timeout: 60_000 }, async () => {
  const before = await descriptors()
  for (let i = 0; i < sized(300, 60); i += 1) {
    const a = spawn('echo', ['x'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const file = i % 3 === 0 ? '/nonexistent' : 'true'
    const b = spawn(file, [], { stdio: [a.stdout, 'ignore', 'inherit'] })
    await Promise.allSettled([a.exited, b.exited])
  }
  expect(await descriptors()).toBe(before)
})

describe('The streams of spawn()', () => {
  const upper = () =>
    new Transform({
      transform: (chunk, _, done) => done(null, String(chunk).toUpperCase()),
    })

  it('work at both ends of pipeline()', async () => {
    const a = spawn('seq', ['50000'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const b = spawn('tail', ['-1'], { stdio: ['pipe', 'pipe', 'inherit'] })
    const output = text(b.stdout)
    await pipeline(a.stdout, upper(), b.stdin)
    expect(await output).toBe('50000\n')
    await Promise.all([a.exited, b.exited])
  })

  it('take much data from an iterable, with back pressure', async () => {
    const child = spawn('cat')
    const chunks = Array.from({ length: 40 }, (_, i) => Buffer.alloc(100_000, i))
    const output = buffer(child.stdout)
    await pipeline(chunks, child.stdin)
    expect((await output).equals(Buffer.concat(chunks))).toBe(true)
    await child.exited
  })

  it('make pipeline() fail if the child stops reading', async () => {
    const child = spawn('head', ['-c', '1'], { stdio: ['pipe', 'ignore', 'inherit'] })
    const much = Array.from({ length: 1000 }, () => Buffer.alloc(65_536))
    // ECANCELED: the exit was noticed while a write waited, and stdin was closed.
    const failure = /EPIPE|ECANCELED|Premature close/
    await expect(pipeline(much, child.stdin)).rejects.toThrow(failure)
    await child.exited
  })

  it('end the child by SIGPIPE if pipeline() fails', async () => {
    const child = spawn('yes', [], { stdio: ['ignore', 'pipe', 'inherit'] })
    const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('full')) })
    await expect(pipeline(child.stdout, full)).rejects.toThrow('full')
    expect((await child.exited).signal).toBe('SIGPIPE')
  })
})
