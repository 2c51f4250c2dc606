import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  command,
  descendants,
  type Member,
  PipelineResult,
  pipe,
  pipeline,
  run,
} from '../../../lib/index.js'
import { eventually } from '../../eventually.js'
import { patience } from '../../pace.mjs'
import { failureOf } from './commands.js'

const script = (text: string) => ['sh', '-c', text] as const
const descriptors = () => readdirSync('/proc/self/fd').length

/** Checks that what `act` does leaves no descriptor open. */
async function leavesNothing(act: () => Promise<unknown>): Promise<void> {
  await act() // what is opened once
  const before = descriptors()
  await act()
  await eventually(() => expect(descriptors()).toBe(before))
  expect(descendants()).toEqual([])
}

describe('pipeline()', () => {
  it('connects commands', async () => {
    const result = await pipeline(['seq', '100000'], ['grep', '7'], ['wc', '-l'])
    expect(result).toBeInstanceOf(PipelineResult)
    expect(result.stdout).toBe('40951')
    expect(result.command).toBe('seq 100000 | grep 7 | wc -l')
    expect(result.members.map(({ command }) => command)).toEqual(['seq 100000', 'grep 7', 'wc -l'])
    expect(result.failed).toBeUndefined()
    expect(result.status).toBe(result.members[2]?.status)
  })

  it('may be a single command', async () => {
    expect((await pipeline(['echo', 'x'])).stdout).toBe('x')
  })

  it('ends a head that is endless', async () => {
    const result = await pipeline(['yes'], ['head', '-1'])
    expect(result.stdout).toBe('y')
    expect(result.members[0]?.status.signal).toBe('SIGPIPE')
    expect(result.failed).toBeUndefined()
    const throughShell = await pipeline(script('yes; exit $?'), ['head', '-1'])
    expect(throughShell.failed).toBeUndefined()
  })

  it('gives each its part of standard error', async () => {
    const result = await pipeline(script('echo one >&2'), script('cat; echo two >&2'), {
      lines: true,
    })
    expect(result.members.map(({ stderr }) => stderr)).toEqual([['one'], ['two']])
  })

  it('has 20 members', async () => {
    const cats = Array.from({ length: 20 }, () => ['cat'] as const)
    const input = Buffer.alloc(1_000_000, 'abc')
    const { stdout } = await pipeline(...cats, { input, encoding: 'buffer' })
    expect(stdout.equals(input)).toBe(true)
  })

  it('is read by a loop', async () => {
    const lines: string[] = []
    for await (const line of pipeline(['seq', '1000'], ['tail', '-2'])) lines.push(line)
    expect(lines).toEqual(['999', '1000'])
  })

  it('ends when its loop is left', async () => {
    for await (const line of pipeline(['yes'], ['cat'])) {
      expect(line).toBe('y')
      break
    }
    expect(descendants()).toEqual([])
  })

  it('reads input', async () => {
    const { stdout } = await pipeline(['cat'], ['tr', 'a', 'b'], {
      input: Readable.from(['a', 'a']),
    })
    expect(stdout).toBe('bb')
  })

  it('mixes prepared commands, with options of their own', async () => {
    const show = command('sh', ['-c', 'pwd; echo $A$B'], { cwd: '/tmp', env: { A: 'own' } })
    const { stdout } = await pipeline(show, ['cat'], { cwd: '/', env: { A: 'all', B: 'b' } })
    expect(stdout).toBe('/tmp\nownb')
  })

  it('shows what matters when inspected', async () => {
    const result = await pipeline(['true'], ['echo', 'x'])
    expect(inspect(result)).toMatch(/^PipelineResult <true \| echo x: exit code 0>/)
  })

  it('writes standard error of all to one end of a pipe', async () => {
    const errors = pipe()
    const reader = run('cat', [], { stdio: [errors.readable, 'pipe', 'pipe'] })
    const members = [script('echo one >&2'), script('cat; echo two >&2')]
    await pipeline(...members, { stdio: ['ignore', 'pipe', errors.writable] })
    expect(errors.writable.closed).toBe(true)
    expect((await reader).stdout.split('\n').sort()).toEqual(['one', 'two'])
  })
})

describe('A member that fails', () => {
  it.each([0, 1, 2])('fails the pipeline as number %i', async (index) => {
    const members: Member[] = [['echo', 'x'], ['cat'], ['cat']]
    members[index] = script('cat; echo why >&2; exit 3')
    const error = await failureOf(pipeline(...members))
    expect(error.status.code).toBe(3)
    expect(error.members?.[index]?.status).toBe(error.status)
    expect(error.stdout).toBe(index === 0 ? '' : 'x')
    expect(error.stderr).toBe('why')
    expect(error.message).toMatch(/\| .*: sh -c 'cat; echo why >&2; exit 3': .*\nwhy$/)
  })

  it('share a file at standard error, which is opened once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sexton-pipeline-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'errors')
    const members = [script('echo a >&2'), script('cat; echo b >&2')] as const
    await pipeline(...members, { stdio: ['ignore', 'pipe', { file }] })
    expect(readFileSync(file, 'utf8')).toBe('a\nb\n')
  })

  it('is the last one that failed', async () => {
    const error = await failureOf(pipeline(script('exit 1'), script('exit 2'), ['cat']))
    expect(error.status.code).toBe(2)
  })

  it('counts only as the last one without pipefail', async () => {
    const result = await pipeline(script('exit 1'), ['cat'], { pipefail: false })
    expect(result.status.code).toBe(0)
    const error = await failureOf(pipeline(['true'], script('exit 4'), { pipefail: false }))
    expect(error.status.code).toBe(4)
  })

  it('resolves by reject: false', async () => {
    const result = await pipeline(script('exit 5'), ['cat'], { reject: false })
    expect(result.failed?.status.code).toBe(5)
    expect(result.status.code).toBe(5)
  })

  it('fails by SIGPIPE as the last one', async () => {
    const error = await failureOf(pipeline(['true'], script('kill -PIPE $$')))
    expect(error.status.signal).toBe('SIGPIPE')
  })
})

describe('A missing program in a pipeline', () => {
  it.each([0, 1, 2])('ends the others as number %i', async (index) => {
    const members: Member[] = [['yes'], ['cat'], ['cat']]
    members[index] = ['/no/such/program']
    await leavesNothing(async () => {
      const running = pipeline(...members, { reject: false })
      await expect(running).rejects.toMatchObject({
        code: 'ERR_SPAWN_FAILED',
        path: '/no/such/program',
      })
    })
  })

  it.each([0, 1])('leaves no input open as number %i', async (index) => {
    for (const input of [Readable.from(['x']), 'x'.repeat(200_000), 'x']) {
      const members: Member[] = [['cat'], ['cat']]
      members[index] = ['/no/such/program']
      await expect(pipeline(...members, { input })).rejects.toMatchObject({
        code: 'ERR_SPAWN_FAILED',
      })
    }
  })
})

describe('A bad argument of a pipeline', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a NUL in the last member', () => pipeline(['sleep', '60'], ['cat', 'a\0b']), /NUL/],
    ['an argument that is no text', () => pipeline(['sleep', '60'], ['cat', 5 as never]), /5/],
    [
      'a bad option of a member',
      () => pipeline(['sleep', '60'], command('cat', [], { umask: 'x' as never })),
      /umask 'x'/,
    ],
    [
      'an option of all as one of a member',
      () => pipeline(['true'], command('cat', [], { lines: true }) as never),
      /all commands/,
    ],
    [
      'a closed end',
      () => {
        const ends = pipe()
        ends[Symbol.dispose]()
        return pipeline(['sleep', '60'], ['cat'], { stdio: ['ignore', ends.writable] })
      },
      /an end that is open/,
    ],
    [
      'a bad stdio',
      () => pipeline(['sleep', '60'], ['cat'], { stdio: ['ignore', 'pope' as never] }),
      /pope/,
    ],
    ['no command', () => pipeline(), /needs a command/],
    ['an empty command', () => pipeline([] as never), /\[\]/],
    ['a string', () => pipeline('ls' as never), /command 'ls': expected a list/],
    ['strings', () => pipeline('ls' as never, 'wc' as never), /command 'ls': expected a list/],
    ['all', () => pipeline(['ls'], { all: true } as never), /the standard error of each command/],
    ['argv0', () => pipeline(['ls'], { argv0: 'x' } as never), /command\(file, args, options\)/],
    ['a shell in one', () => pipeline(command('ls', [], { shell: true } as never)), /run\('\/bin/],
    ['undefined', () => pipeline(['ls'], undefined as never), /undefined/],
    [
      'four descriptors',
      () => pipeline(['ls'], { stdio: ['pipe', 'pipe', 'pipe', 'ignore'] }),
      /4/,
    ],
    ['a wrong pipefail', () => pipeline(['ls'], { pipefail: 1 as never }), /pipefail 1/],
  ])('throws before anything is started: %s', async (_, act, message) => {
    expect(act).toThrow(TypeError)
    expect(act).toThrow(message)
    expect(descendants()).toEqual([])
  })
})

describe('A pipeline', () => {
  it('is one process group if asked', async () => {
    const members = Array.from({ length: 3 }, () => script('exec sleep 60'))
    await using _running = pipeline(['sleep', '60'], ...members, {
      processGroup: true,
      reject: false,
    })
    const groups = descendants()
      .filter(({ ppid }) => ppid === process.pid)
      .map(({ processGroup }) => processGroup)
    expect(groups.length).toBe(4)
    expect(new Set(groups).size).toBe(1)
    expect(groups[0]).not.toBe(process.pid)
  })

  it('is one group though its first member exits at once', async () => {
    for (let i = 0; i < 20; i += 1) {
      await pipeline(['true'], ['true'], ['true'], { processGroup: true })
    }
  })

  it('is ended by a timeout', async () => {
    const error = await failureOf(pipeline(['sleep', '60'], ['cat'], { timeout: 30 }))
    expect(error.terminationReason).toBe('timeout')
    // It is the pipeline that timed out, and not the command that says how it ended.
    expect(error.message).toMatch(/^sleep 60 \| cat: timed out, (sleep 60|cat): killed/)
  })

  it('is ended by an abort', async () => {
    const controller = new AbortController()
    const running = pipeline(['sleep', '60'], ['sleep', '60'], { signal: controller.signal })
    controller.abort('why')
    const error = await failureOf(running)
    expect(error).toMatchObject({ terminationReason: 'abort', cause: 'why' })
    await expect(pipeline(['ls'], { signal: controller.signal })).rejects.toBe('why')
  })

  it('is ended by its scope', async () => {
    {
      await using running = pipeline(['yes'], ['sleep', '60'])
      running.catch(() => {})
    }
    expect(descendants()).toEqual([])
  })

  it('sends signals to all', async () => {
    const running = pipeline(['sleep', '60'], ['sleep', '60'], { reject: false })
    expect(running.kill('SIGKILL')).toBe(true)
    const { members } = await running
    expect(members.map(({ status }) => status.signal)).toEqual(['SIGKILL', 'SIGKILL'])
  })

  it('ends all by maxBuffer', async () => {
    const error = await failureOf(pipeline(['yes'], ['cat'], { maxBuffer: 1000 }))
    expect(error.terminationReason).toBe('overflow')
    expect((error.stdout as string).length).toBe(999) // without the final newline
  })

  it('does not wait for a descendant that holds a pipe', async () => {
    const result = await pipeline(script('sleep 60 >&2 & echo $! '), ['cat'])
    process.kill(Number(result.stdout), 'SIGKILL')
    expect(result.heldOpen).toBe(true)
    expect(result.durationMs).toBeLessThan(patience(5000))
  })
})
