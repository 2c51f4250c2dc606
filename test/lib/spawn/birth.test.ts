import { once } from 'node:events'
import { existsSync, readlinkSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { spawn } from '../../../lib/index.js'
import { eventually } from '../../eventually.js'
import { programFile } from '../../program-file.js'
import { folder } from './children.js'

const programs = await programFile<typeof import('./birth.program.js')>(
  './birth.program.ts',
  import.meta.url,
)

const directory = folder()
const idle = { stdio: 'ignore' } as const

// The first birth of a process is awaited.
beforeAll(() => spawn('true', [], idle).exited)

describe('spawned', () => {
  it('resolves when the child runs the program', async () => {
    await using child = spawn('sleep', ['1000'], idle)
    await child.spawned
    expect(readlinkSync(`/proc/${child.pid}/exe`)).not.toBe(process.execPath)
  })

  it('rejects with the error of exited', async () => {
    const child = spawn('/nonexistent', [], idle)
    const error = await child.spawned.catch((error) => error)
    expect(error).toMatchObject({ syscall: 'execve', errno: constants.errno.ENOENT })
    expect(await child.exited.catch((error) => error)).toBe(error)
    await expect(spawn('/nonexistent', [], idle).spawned).rejects.toMatchObject({
      path: '/nonexistent',
    })
  })

  it('is settled too if the birth was awaited', async () => {
    const options = { ...idle, session: true }
    const child = spawn('true', [], options)
    await child.spawned
    await child.exited
    await expect(spawn('/nonexistent', [], options).spawned).rejects.toThrow('ENOENT')
  })

  it('keeps the process alive until it is settled', async () => {
    expect(await programs.evaluate('awaitSpawned', [])).toEqual(['true', 'ENOENT'])
  })
})

it('The wait for the end of a birth goes on after each signal', async () => {
  expect(await programs.evaluate('pidsUnderSignals', [40])).toBe(0)
})

describe('Children that were started in one turn', () => {
  it('each come to their own end, whether they could be started or not', async () => {
    const ways = [
      () => spawn('sh', ['-c', 'exit 3'], idle),
      () => spawn('/nonexistent', [], idle),
      () => spawn('true', [], { ...idle, cwd: '/nonexistent' }),
      () => spawn('sh', ['-c', 'exit 127']),
      () => spawn('true', [], { ...idle, rlimits: { core: { soft: 2, hard: 1 } } }),
    ]
    const children = Array.from({ length: 100 }, (_, i) => ways[i % ways.length]?.())
    const ends = children.map((child) =>
      child?.exited.then(
        ({ code }) => code,
        ({ syscall }) => syscall,
      ),
    )
    const expected = [3, 'execve', 'chdir', 127, 'setrlimit']
    expect(await Promise.all(ends)).toEqual(ends.map((_, i) => expected[i % expected.length]))
  })
})

describe('A child on its way to exec', () => {
  it('takes no signal if it cannot be started', () => {
    const child = spawn('/nonexistent', [], idle)
    child.exited.catch(() => {})
    expect(child.kill('SIGKILL')).toBe(false)
  })

  it('can be killed even if it was stopped', async () => {
    const children = Array.from({ length: 40 }, () => {
      const child = spawn('sleep', ['1000'], idle)
      process.kill(child.pid, 'SIGSTOP')
      return child
    })
    expect(children.map((child) => child.kill('SIGKILL'))).not.toContain(false)
    const ends = await Promise.all(children.map(({ exited }) => exited))
    expect(ends.map(({ signal }) => signal)).toEqual(children.map(() => 'SIGKILL'))
  })

  it('has the signals that come before exec', async () => {
    const children = Array.from({ length: 40 }, () => spawn('sleep', ['1000'], idle))
    for (const { pid } of children) process.kill(pid, 'SIGTERM')
    const ends = await Promise.all(children.map(({ exited }) => exited))
    expect(ends.map(({ signal }) => signal)).toEqual(children.map(() => 'SIGTERM'))
  })

  it('is in its group and its session when spawn returns', async () => {
    for (const options of [{ processGroup: true }, { session: true }]) {
      const child = spawn('sleep', ['1000'], { ...idle, ...options })
      process.kill(-child.pid, 'SIGKILL')
      expect((await child.exited).signal).toBe('SIGKILL')
    }
  })

  it('comes to run if its parent exits', async () => {
    const files = Array.from({ length: 20 }, (_, i) => join(directory, `ran-${i}`))
    const outcome = await programs.run('exitAtOnce', [files])
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    await eventually(() => {
      expect(files.filter((file) => !existsSync(file))).toEqual([])
    })
  })

  it('comes to run if its worker is terminated', async () => {
    const files = Array.from({ length: 40 }, (_, i) => join(directory, `worked-${i}`))
    const outcome = await programs.run('terminateWorkers', [files])
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    await eventually(() => {
      expect(files.filter((file) => !existsSync(file))).toEqual([])
    })
  })
})

describe('A failed birth', () => {
  it('that nobody looks at is an unhandled rejection at the end', async () => {
    const outcome = await programs.run('failLast', [])
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('ERR_SPAWN_FAILED') })
  })

  it('that only a scope ends is one too', async () => {
    const outcome = await programs.run('failInScope', [])
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('ERR_SPAWN_FAILED') })
  })

  it('is what a stream says that was written to', async () => {
    const child = spawn('/nonexistent')
    const failed = once(child.stdin, 'error')
    child.stdin.write('x')
    const error = await child.exited.catch((error) => error)
    expect(await failed).toEqual([error])
  })

  it('fails a stream that was not used before, when it is used', async () => {
    const child = spawn('/nonexistent')
    const { stdin, stdout } = child
    const error = await child.exited.catch((error) => error)
    expect([stdin.destroyed, stdout.destroyed]).toEqual([false, false])
    const failed = [once(stdin, 'error'), once(stdout, 'error')]
    stdin.write('x')
    stdout.resume()
    expect(await Promise.all(failed)).toEqual([[error], [error]])
  })
})
