import { constants, readFileSync } from 'node:fs'
import { buffer, text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { pipe, type SpawnOptions, type Stdio, spawn } from '../../../lib/index.js'
import { descriptors } from '../../descriptors.js'
import { lacksRoot } from '../../needs.js'
import { sized } from '../../pace.mjs'
import { programFile } from '../../program-file.js'
import { read } from '../output.js'

const programs = await programFile<typeof import('./pipe.program.js')>(
  './pipe.program.ts',
  import.meta.url,
)

const O_CLOEXEC = 0o2000000

const shell = (script: string, stdio: Stdio[], options: SpawnOptions = {}) =>
  spawn('sh', ['-c', script], { ...options, stdio })

describe('pipe()', () => {
  it('connects two children', async () => {
    using between = pipe()
    const writer = shell('seq 1000', ['ignore', between.writable, 'inherit'])
    const reader = shell('wc -l', [between.readable, 'pipe', 'inherit'])
    expect([between.writable.closed, between.readable.closed]).toEqual([true, true])
    expect([between.writable.fd, between.readable.fd]).toEqual([-1, -1])
    expect((await read(reader.stdout)).trim()).toBe('1000')
    expect((await writer.exited).success && (await reader.exited).success).toBe(true)
  })

  it('makes blocking descriptors that no other child inherits', () => {
    using between = pipe()
    for (const { fd } of [between.readable, between.writable]) {
      const [, flags] =
        /^flags:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? []
      expect(Number.parseInt(flags ?? '', 8) & O_CLOEXEC).toBe(O_CLOEXEC)
      expect(Number.parseInt(flags ?? '', 8) & constants.O_NONBLOCK).toBe(0)
    }
  })

  it('gives one end to two descriptors, in true order', async () => {
    using both = pipe()
    const script = 'for i in 1 2 3; do echo out $i; echo err $i >&2; done'
    const child = shell(script, ['ignore', both.writable, both.writable])
    const output = await text(both.readable.stream())
    expect(output).toBe('out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n')
    await child.exited
  })

  it('makes streams of its ends', async () => {
    using input = pipe()
    using output = pipe()
    const child = spawn('cat', [], { stdio: [input.readable, output.writable, 'inherit'] })
    const bytes = Buffer.alloc(300_000, 'x')
    input.writable.stream().end(bytes)
    expect(input.writable.closed).toBe(true)
    expect((await buffer(output.readable.stream())).equals(bytes)).toBe(true)
    expect((await child.exited).success).toBe(true)
  })

  it.skipIf(lacksRoot())('belongs to the user of the child', async () => {
    using both = pipe()
    const options = { uid: 65534, gid: 65534 }
    const child = shell('echo again >/dev/stderr', ['ignore', 'ignore', both.writable], options)
    expect(await text(both.readable.stream())).toBe('again\n')
    expect((await child.exited).success).toBe(true)
  })

  it('closes with its scope what was not handed over', async () => {
    const before = await descriptors()
    {
      using unused = pipe()
      expect(await descriptors()).toBe(before + 2)
      unused.readable.close()
      unused.readable.close()
      expect(await descriptors()).toBe(before + 1)
    }
    expect(await descriptors()).toBe(before)
  })

  it('leaves no descriptor after many uses', async () => {
    const before = await descriptors()
    for (let i = 0; i < sized(1000, 200); i += 1) {
      using between = pipe()
      if (i % 4 === 0) continue
      const options = { stdio: ['ignore', between.writable, between.writable] } as const
      const children = [spawn(i % 4 === 1 ? '/nonexistent' : 'true', [], options)]
      if (i % 4 === 2) {
        children.push(spawn('true', [], { stdio: [between.readable, 'ignore', 'ignore'] }))
      }
      await Promise.allSettled(children.map(({ exited }) => exited))
    }
    expect(await descriptors()).toBe(before)
  })

  it('lets a writer die of SIGPIPE when its reader is gone', async () => {
    using between = pipe()
    const writer = spawn('yes', [], { stdio: ['ignore', between.writable, 'inherit'] })
    const reader = spawn('head', ['-1'], { stdio: [between.readable, 'pipe', 'inherit'] })
    expect(await text(reader.stdout)).toBe('y\n')
    expect((await writer.exited).signal).toBe('SIGPIPE')
    await reader.exited
  })
})

describe('A child that cannot be started', () => {
  it.each<[string, string, SpawnOptions]>([
    ['its file', '/nonexistent', {}],
    ['its cgroup', 'true', { cgroup: '/nonexistent' }],
    ['its cwd', 'true', { cwd: '/nonexistent' }],
  ])('closes the ends that it was given: %s', async (_, file, options) => {
    const before = await descriptors()
    using between = pipe()
    const { readable, writable } = between
    const { exited } = spawn(file, [], { ...options, stdio: [readable, writable, writable] })
    expect([readable.closed, writable.closed]).toEqual([true, true])
    await expect(exited).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
    expect(await descriptors()).toBe(before)
  })

  it('closes them also if another descriptor is closed', async () => {
    const before = await descriptors()
    using between = pipe()
    const { exited } = spawn('true', [], { stdio: [between.readable, 'pipe', 12_345] })
    expect(between.readable.closed).toBe(true)
    await expect(exited).rejects.toMatchObject({ syscall: 'dup2', path: 'descriptor 12345' })
    between.writable.close()
    expect(await descriptors()).toBe(before)
  })

  it.each([
    ['', {}, 'pipe2'],
    [' for a cgroup', { cgroup: '/', stdio: [] }, 'open'],
    [' for the terminal', { foreground: true, processGroup: true }, 'open'],
  ])('closes them also without a free descriptor%s', async (_, options, syscall) => {
    const { outcome, lost } = await programs.evaluate('startWithoutDescriptors', [options], {
      prefix: ['prlimit', '--nofile=100:100'],
    })
    expect(outcome).toMatchObject({ code: 'ERR_SPAWN_FAILED', errno: 24, syscall })
    expect(lost).toBe(0)
  })
})

describe('An end in stdio', () => {
  it('is refused if it is closed, and nothing is handed over', () => {
    using between = pipe()
    const { readable, writable } = between
    writable.close()
    const start = () => spawn('true', [], { stdio: [readable, writable, 'ignore'] })
    expect(start).toThrow(TypeError)
    expect(start).toThrow(
      'invalid stdio[1], a closed end of a pipe: expected an end that is open and was not handed over',
    )
    expect(readable.closed).toBe(false)
  })

  it.each([0, 1, 2])('is refused in the wrong direction: descriptor %i', (index) => {
    using between = pipe()
    const wrong = index === 0 ? between.writable : between.readable
    const stdio: Stdio[] = ['ignore', 'ignore', 'ignore']
    stdio[index] = wrong
    const pattern =
      index === 0
        ? /^invalid stdio\[0\], the writable end of a pipe \(descriptor \d+\): expected a readable end, because a program reads from descriptor 0$/
        : /^invalid stdio\[[12]\], the readable end of a pipe \(descriptor \d+\): expected a writable end, because a program writes to descriptor [12]$/
    expect(() => spawn('true', [], { stdio })).toThrow(pattern)
    expect(wrong.closed).toBe(false)
  })

  it('stays open if a signal is aborted already', () => {
    using between = pipe()
    const options = { stdio: [between.readable, 'ignore', 'ignore'] as const }
    expect(() => spawn('true', [], { ...options, signal: AbortSignal.abort() })).toThrow()
    expect(between.readable.closed).toBe(false)
  })

  it('may be of either kind from descriptor 3 on', async () => {
    using one = pipe()
    using other = pipe()
    const script = 'read line <&3; echo "got $line" >&4'
    const child = shell(script, ['ignore', 'inherit', 'inherit', one.readable, other.writable])
    one.writable.stream().end('hello\n')
    expect(await text(other.readable.stream())).toBe('got hello\n')
    await child.exited
  })
})

describe('PipeHandle', () => {
  it('says what it is', () => {
    using between = pipe()
    const { fd } = between.readable
    expect(String(between.readable)).toBe(`the readable end of a pipe (descriptor ${fd})`)
    expect(inspect(between.readable)).toBe(
      `PipeHandle <the readable end of a pipe (descriptor ${fd})>`,
    )
    between.readable.close()
    expect(String(between.readable)).toBe('a closed end of a pipe')
    expect(() => between.readable.stream()).toThrow(
      new TypeError('a closed end of a pipe has no stream: expected an open end'),
    )
  })
})

describe('The pipes of a worker', () => {
  it('are closed when the worker is terminated', { timeout: 60_000 }, async () => {
    expect(await programs.evaluate('terminateOwners', [], { timeout: 50_000 })).toBe(0)
  })
})
