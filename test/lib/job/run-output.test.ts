import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { run, type Stdio } from '../../../lib/index.js'
import { eventually } from '../../eventually.js'
import { patience, sized } from '../../pace.mjs'
import { failureOf, sh } from './commands.js'

const KILO = 1000

describe('The output of a command', () => {
  it('arrives whole from fast commands', async () => {
    const script = 'head -c 60000 /dev/zero | tr "\\0" x'
    const results = await Promise.all(
      Array.from({ length: sized(200, 40) }, () =>
        run('head', ['-c', '60000', '/dev/zero'], { encoding: 'buffer' }),
      ),
    )
    expect(results.filter(({ stdout }) => stdout.length !== 60_000)).toEqual([])
    expect((await sh(script)).stdout).toBe('x'.repeat(60_000))
  })

  it('may be larger than two pipes', async () => {
    const { stdout, stderr } = await sh('seq 200000 >&2 & seq 200000; wait')
    const expected = Array.from({ length: 200_000 }, (_, i) => i + 1).join('\n')
    expect(stdout).toBe(expected)
    expect(stderr).toBe(expected)
  })

  it('keeps characters whole that arrive in parts', async () => {
    const { stdout } = await sh(
      "printf '\\360\\237'; sleep 0.02; printf '\\230'; sleep 0.02; printf '\\200\\303'; sleep 0.02; printf '\\251'",
    )
    expect(stdout).toBe('😀é')
  })

  it('is bytes by encoding: buffer', async () => {
    const { stdout } = await sh("printf '\\377'", { encoding: 'buffer' })
    expect(stdout).toEqual(Buffer.from([0xff]))
  })

  it('keeps a last byte that is a newline by chance', async () => {
    const { stdout } = await sh("printf '\\377\\n'", { encoding: 'buffer' })
    expect(stdout).toEqual(Buffer.from([0xff, 10]))
    const both = await sh("printf '\\377\\n'", { encoding: 'buffer', all: true })
    expect(both.all).toEqual(Buffer.from([0xff, 10]))
    const text = await sh("printf '\\377\\n'", { encoding: 'buffer', stripFinalNewline: true })
    expect(text.stdout).toEqual(Buffer.from([0xff]))
  })

  it('is U+FFFD where it is not UTF-8', async () => {
    expect((await sh("printf 'a\\377b'")).stdout).toBe('a\ufffdb')
  })

  it('loses one final newline', async () => {
    expect((await sh("printf 'a\\n\\n'")).stdout).toBe('a\n')
    expect((await sh("printf 'a\\r\\n'")).stdout).toBe('a')
    expect((await sh("printf 'a\\n'", { stripFinalNewline: false })).stdout).toBe('a\n')
  })

  it('is a list by lines', async () => {
    const { stdout, stderr } = await sh("printf 'a\\r\\n\\nb\\n\\n'; printf x >&2", { lines: true })
    expect(stdout).toEqual(['a', '', 'b', ''])
    expect(stderr).toEqual(['x'])
    expect((await run('true', [], { lines: true })).stdout).toEqual([])
  })

  it('is in true order by all', async () => {
    const script = 'for i in 1 2 3 4 5 6 7 8; do echo out$i; echo err$i >&2; done'
    const result = await sh(script, { all: true, lines: true })
    expect(result.all).toEqual(
      Array.from({ length: 8 }, (_, i) => [`out${i + 1}`, `err${i + 1}`]).flat(),
    )
    expect(result.stdout).toBeNull()
    expect(result.stderr).toBeNull()
  })

  it.each<[Stdio | Stdio[], string | null, string | null]>([
    ['pipe', 'out', 'err'],
    ['ignore', null, null],
    [['ignore', 'pipe', 'ignore'], 'out', null],
    [['ignore', 'ignore', 'pipe'], null, 'err'],
    [['ignore', 'ignore'], null, 'err'],
    [['ignore', 'readable', 'readable'], 'out', 'err'],
    [[], 'out', 'err'],
  ])('is collected where stdio is a pipe: %j', async (stdio, stdout, stderr) => {
    expect(await sh('echo out; echo err >&2', { stdio })).toMatchObject({ stdout, stderr })
  })

  it("does not block a command whose stdio is 'readable'", async () => {
    const { stdout } = await run('head', ['-c', '300000', '/dev/zero'], {
      stdio: ['ignore', 'readable'],
    })
    expect(stdout).toHaveLength(300_000)
  })
})

describe('maxBuffer', () => {
  const endless = 'exec yes 0123456789'

  it('ends a command that writes more', async () => {
    const error = await failureOf(sh(endless, { maxBuffer: 100 * KILO }))
    expect(error).toMatchObject({ terminationReason: 'overflow', truncated: true })
    expect(error.message).toContain('more output than maxBuffer')
    expect((error.stdout as string).length).toBe(100 * KILO)
    expect(error.cause).toBeUndefined()
  })

  it('ends one that ignores TERM', async () => {
    const script = 'trap "" TERM PIPE; while :; do echo 0123456789; done'
    const { status, truncated } = await sh(script, { maxBuffer: 1000, grace: 50, reject: false })
    expect(status.signal).toBe('SIGKILL')
    expect(truncated).toBe(true)
  })

  it('fails one that exits by itself', async () => {
    const error = await failureOf(sh('trap "" TERM; echo 0123456789', { maxBuffer: 5 }))
    expect(error).toMatchObject({ stdout: '01234', terminationReason: 'overflow' })
    expect(error.status.code).toBe(0)
  })

  it('is for each output', async () => {
    const error = await failureOf(sh('echo out; echo 0123456789 >&2', { maxBuffer: 5 }))
    expect(error).toMatchObject({ stdout: 'out', stderr: '01234' })
  })

  it('drops the newest output', async () => {
    const result = await sh('seq 100000', { maxBuffer: 1000, overflow: 'truncate-tail' })
    expect(result).toMatchObject({ truncated: true, terminationReason: undefined })
    expect(result.stdout.startsWith('1\n2\n3\n')).toBe(true)
    expect(result.stdout.length).toBeGreaterThan(990)
  })

  it('drops the oldest output', async () => {
    const options = { maxBuffer: 1000, overflow: 'truncate-head', lines: true } as const
    const { stdout, truncated } = await sh('seq 100000', options)
    expect(truncated).toBe(true)
    expect(stdout.slice(-2)).toEqual(['99999', '100000'])
  })

  it.each([
    ['truncate-head', 'é😀'],
    ['truncate-tail', '😀é'],
  ] as const)('by %s leaves no part of a character', async (overflow, kept) => {
    const result = await run('printf', ['%s', '😀é😀é😀é😀'], { maxBuffer: 8, overflow })
    expect(result.stdout).toBe(kept)
    const bytes = await run('printf', ['%s', '😀é😀'], {
      maxBuffer: 8,
      overflow,
      encoding: 'buffer',
    })
    expect(bytes.stdout.length).toBe(8)
  })

  it.each(['error', 'truncate-head', 'truncate-tail'] as const)(
    'may be 0 by %s',
    async (overflow) => {
      const options = { maxBuffer: 0, overflow, reject: false } as const
      expect(await run('true', [], options)).toMatchObject({ stdout: '', truncated: false })
      expect(await run('echo', ['x'], options)).toMatchObject({ stdout: '', truncated: true })
    },
  )

  it('may be Infinity', async () => {
    const options = { maxBuffer: Number.POSITIVE_INFINITY, encoding: 'buffer' } as const
    const { stdout, truncated } = await run('head', ['-c', '5000000', '/dev/zero'], options)
    expect(stdout.length).toBe(5_000_000)
    expect(truncated).toBe(false)
  })

  it('keeps memory flat', async () => {
    const before = process.memoryUsage().arrayBuffers
    const options = { maxBuffer: 1000, overflow: 'truncate-head' } as const
    await run('head', ['-c', '200000000', '/dev/zero'], options)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000)
  })
})

describe('A descendant that holds the pipe', () => {
  it('is given up when it is silent', async () => {
    const { stdout, heldOpen, durationMs } = await sh('sleep 60 & echo $!')
    const pid = Number(stdout)
    process.kill(pid, 'SIGKILL')
    expect(heldOpen).toBe(true)
    expect(durationMs).toBeLessThan(patience(1000))
  })

  it('is given up when it writes for ever, and lives on', async () => {
    const { stderr, heldOpen } = await sh('yes & echo $! >&2', { maxBuffer: 50_000_000 })
    const pid = Number(stderr)
    expect(heldOpen).toBe(true)
    // It goes on to write: it gets no SIGPIPE, and no full pipe blocks it.
    const written = () => Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
    const before = written()
    await eventually(() => expect(written()).toBeGreaterThan(before + 1_000_000))
    process.kill(pid, 'SIGKILL')
  })

  it('is heard if it ends soon', async () => {
    const { stdout, heldOpen } = await sh('(sleep 0.05; echo late) & echo early')
    expect(stdout).toBe('early\nlate')
    expect(heldOpen).toBe(false)
  })

  it('is heard for a while if it goes on', async () => {
    const { stdout, heldOpen } = await sh('(while :; do echo x; sleep 0.03; done) & echo $!', {
      lines: true,
    })
    process.kill(Number(stdout.find((line) => line !== 'x')), 'SIGKILL')
    expect(heldOpen).toBe(true)
    expect(stdout.length).toBeGreaterThan(1)
  })

  it('does not lose what the command wrote', async () => {
    const { stdout, heldOpen } = await sh('sleep 60 >&2 & echo $!; seq 100000', { lines: true })
    process.kill(Number(stdout[0]), 'SIGKILL')
    expect(stdout.length).toBe(100_001)
    expect(heldOpen).toBe(true)
  })

  it('does not keep a failure from being told', async () => {
    const error = await failureOf(sh('sleep 60 & echo $!; exit 3'))
    process.kill(Number(error.stdout), 'SIGKILL')
    expect(error.heldOpen).toBe(true)
    expect(error.status.code).toBe(3)
  })
})
