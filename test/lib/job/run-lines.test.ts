import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { type Run, run } from '../../../lib/index.js'
import { failureOf, sh } from './commands.js'

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of source) values.push(value)
  return values
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('A loop over a command', () => {
  it.each([
    ["printf 'a\\nb\\n'", ['a', 'b']],
    ["printf 'a\\r\\nb\\r\\n'", ['a', 'b']],
    ["printf 'a\\nb'", ['a', 'b']],
    ["printf 'a\\n\\n'", ['a', '']],
    ["printf '\\n'", ['']],
    ['true', []],
    ["printf 'a\\303'; sleep 0.02; printf '\\251b\\r'; sleep 0.02; printf '\\nc'", ['aéb', 'c']],
    ['echo err >&2; echo out', ['out']],
  ])('gets the lines of %j', async (script, expected) => {
    expect(await collect(sh(script))).toEqual(expected)
  })

  it('gets both outputs by all', async () => {
    expect(await collect(sh('echo a; echo b >&2; echo c', { all: true }))).toEqual(['a', 'b', 'c'])
  })

  it('gets all of many lines, and leaves nothing to the result', async () => {
    const running = run('seq', ['200000'])
    const lines = await collect(running)
    expect(lines.length).toBe(200_000)
    expect(lines.at(-1)).toBe('200000')
    expect((await running).stdout).toBe('')
  })

  it('gets bytes as they come by encoding: buffer', async () => {
    const chunks = await collect(run('head', ['-c', '300000', '/dev/zero'], { encoding: 'buffer' }))
    expect(Buffer.concat(chunks)).toEqual(Buffer.alloc(300_000))
  })

  it('gets a line while the command runs', async () => {
    await using running = sh('echo ready; exec sleep 60', { reject: false })
    for await (const line of running) {
      expect(line).toBe('ready')
      break
    }
  })

  it('works as a stream', async () => {
    expect(await text(Readable.from(run('echo', ['a'])))).toBe('a')
  })

  it('may begin after some output', async () => {
    const running = sh('echo early; sleep 0.2; echo late')
    await pause(50)
    expect(await collect(running)).toEqual(['early', 'late'])
  })

  it('may begin after the exit', async () => {
    const running = sh('seq 3')
    await running
    expect(await collect(running)).toEqual(['1', '2', '3'])
  })

  it('may begin after the exit and before the result', async () => {
    const running = sh('seq 30000; sleep 60 & echo $!')
    await pause(60)
    const lines = await collect(running)
    process.kill(Number(lines.at(-1)), 'SIGKILL')
    expect(lines.length).toBe(30_001)
  })

  it('may be the only one', async () => {
    const running = run('seq', ['3'])
    const first = collect(running)
    expect(() => running[Symbol.asyncIterator]()).toThrow(TypeError)
    expect(await first).toEqual(['1', '2', '3'])
    await expect(collect(running)).rejects.toThrow(/read already/)
  })

  it('needs an output', async () => {
    await expect(collect(run('true', [], { stdio: 'ignore' }))).rejects.toThrow(/no output to read/)
  })

  it('loses nothing if it is slow, though a descendant holds the pipe', async () => {
    const running = sh('seq 60000; sleep 60 & echo $!')
    const lines: string[] = []
    for await (const line of running) {
      lines.push(line)
      if (lines.length % 10_000 === 0) await pause(250)
    }
    process.kill(Number(lines.at(-1)), 'SIGKILL')
    expect(lines.length).toBe(60_001)
    expect((await running).heldOpen).toBe(true)
  })

  it('ends if it is slow, though a descendant writes for ever', async () => {
    const running = sh('seq 60000; yes & echo $! >&2', { stdio: ['ignore', 'pipe', 'pipe'] })
    let count = 0
    let numbers = 0
    for await (const line of running) {
      count += 1
      if (line !== 'y') numbers += 1
      if (count % 20_000 === 0) await pause(50)
    }
    const { stderr, heldOpen } = await running
    process.kill(Number(stderr), 'SIGKILL')
    expect(heldOpen).toBe(true)
    expect(numbers).toBe(60_000)
  })
})

describe('A slow loop', () => {
  it('lets the command wait, and no memory grow', async () => {
    await using running = run('yes', ['x'.repeat(999)], { reject: false })
    const before = process.memoryUsage()
    let count = 0
    for await (const _ of running) {
      count += 1
      if (count % 10 === 0) await pause(1)
      if (count < 1000) continue
      expect(writtenBy(running)).toBeLessThan(5_000_000)
      break
    }
    const grown = process.memoryUsage().arrayBuffers - before.arrayBuffers
    expect(grown).toBeLessThan(10_000_000)
  })

  it('blocks a command that writes for ever', async () => {
    await using running = run('yes', [], { reject: false })
    const lines = running[Symbol.asyncIterator]()
    await lines.next()
    let last = -1
    await expect
      .poll(
        () => {
          const same = writtenBy(running) === last
          last = writtenBy(running)
          return same
        },
        { interval: 100 },
      )
      .toBe(true)
    expect(last).toBeLessThan(1_000_000)
    await lines.return()
  })
})

/** Bytes that a command has written. */
function writtenBy({ pid }: Run<unknown>): number {
  return Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}

describe('Leaving a loop', () => {
  const isGone = (running: Run<unknown>) => {
    try {
      process.kill(running.pid as number, 0)
      return false
    } catch {
      return true
    }
  }

  it('ends the command by break', async () => {
    const running = run('yes')
    for await (const _ of running) break
    expect(isGone(running)).toBe(true)
    expect(await failureOf(running)).toMatchObject({ terminationReason: 'dispose' })
  })

  it('ends the command by throw', async () => {
    const running = run('yes')
    const loop = async () => {
      for await (const _ of running) throw new Error('mine')
    }
    await expect(loop()).rejects.toThrow('mine')
    expect(isGone(running)).toBe(true)
  })

  it('ends the command by return', async () => {
    const running = run('yes')
    const first = async () => {
      for await (const line of running) return line
      return undefined
    }
    expect(await first()).toBe('y')
    expect(isGone(running)).toBe(true)
  })

  it('ends the command before the first line', async () => {
    const running = run('yes')
    await running[Symbol.asyncIterator]().return()
    expect(isGone(running)).toBe(true)
    const thrown = run('yes')
    await expect(thrown[Symbol.asyncIterator]().throw(new Error('mine'))).rejects.toThrow('mine')
    expect(isGone(thrown)).toBe(true)
  })

  it.each([
    ['a line', 'exec sleep 60'],
    ['the end', 'exec >&- sleep 60'],
  ])('ends a wait for %s without a failure', async (_, script) => {
    const lines = sh(script)[Symbol.asyncIterator]()
    const waiting = lines.next()
    await pause(50)
    await lines.return()
    expect(await waiting).toEqual({ done: true, value: undefined })
  })

  it('kills a command that ignores TERM', async () => {
    const running = sh('trap "" TERM; echo ready; while :; do sleep 0.05; done', { grace: 50 })
    for await (const _ of running) break
    expect((await failureOf(running)).status.signal).toBe('SIGKILL')
  })
})

describe('The end of a loop', () => {
  it('throws the failure of the command', async () => {
    const running = sh('echo a; echo why >&2; exit 3')
    const lines: string[] = []
    const loop = async () => {
      for await (const line of running) lines.push(line)
    }
    const error = await failureOf(loop())
    expect(error).toMatchObject({ code: 'ERR_COMMAND_FAILED', stderr: 'why' })
    expect(error).toBe(await failureOf(running))
    expect(lines).toEqual(['a'])
  })

  it('throws nothing by reject: false', async () => {
    expect(await collect(sh('echo a; exit 3', { reject: false }))).toEqual(['a'])
  })
})

describe('A line longer than maxBuffer', () => {
  const script = "printf 'short\\n0123456789é\\nlast\\n'"

  it('ends the command', async () => {
    const lines: string[] = []
    const loop = async () => {
      for await (const line of sh(`${script}; exec sleep 60`, { maxBuffer: 8 })) lines.push(line)
    }
    expect(await failureOf(loop())).toMatchObject({
      terminationReason: 'overflow',
      truncated: true,
    })
    expect(lines).toEqual(['short', '01234567', 'last'])
  })

  it.each([
    ['truncate-tail', 11, '0123456789'],
    ['truncate-head', 11, '123456789é'],
    ['truncate-head', 1, ''],
    ['truncate-tail', 4, '0123'],
  ] as const)('is cut by %s at %i bytes', async (overflow, maxBuffer, expected) => {
    const running = sh(script, { overflow, maxBuffer })
    const lines = await collect(running)
    expect(lines[1]).toBe(expected)
    expect(lines.length).toBe(3)
    expect((await running).truncated).toBe(true)
  })

  it('is cut in memory that stays flat', async () => {
    const before = process.memoryUsage().arrayBuffers
    const options = { overflow: 'truncate-head', maxBuffer: 1000 } as const
    const lines = await collect(run('head', ['-c', '100000000', '/dev/zero'], options))
    expect(lines).toEqual(['\0'.repeat(1000)])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000)
  })
})
