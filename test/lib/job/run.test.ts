import { readdirSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  CommandError,
  command,
  pipeline,
  Run,
  RunResult,
  run,
  SextonError,
  spawn,
} from '../../../lib/index.js'
import { patience } from '../../pace.mjs'
import { failureOf, sh } from './commands.js'

const isAlive = (pid: number) => readdirSync('/proc').includes(String(pid))

describe('run()', () => {
  it('resolves with the output, the status and the time', async () => {
    const result = await sh('echo out; echo err >&2')
    expect(result).toBeInstanceOf(RunResult)
    expect(result).toMatchObject({
      command: "sh -c 'echo out; echo err >&2'",
      stdout: 'out',
      stderr: 'err',
      all: null,
      truncated: false,
      heldOpen: false,
      terminationReason: undefined,
    })
    expect(result.status).toMatchObject({ code: 0, success: true })
    expect(result.durationMs).toBeGreaterThan(0)
    expect(result.usage.maxRSS).toBeGreaterThan(0)
  })

  it('reads /dev/null without input', async () => {
    expect((await run('readlink', ['/proc/self/fd/0'])).stdout).toBe('/dev/null')
    const piped = await run('readlink', ['/proc/self/fd/0'], { stdio: 'pipe' })
    expect(piped.stdout).toBe('/dev/null')
  })

  it('is a promise with a pid', async () => {
    const running = run('echo', ['hi'])
    expect(running).toBeInstanceOf(Run)
    expect(running.pid).toBeGreaterThan(0)
    expect(Object.prototype.toString.call(running)).toBe('[object Run]')
    const steps: string[] = []
    const { stdout } = await running.finally(() => void steps.push('finally'))
    expect(await running.then((result) => result.stdout)).toBe(stdout)
    expect(await sh('exit 3').catch((error: unknown) => error)).toBeInstanceOf(CommandError)
    expect(steps).toEqual(['finally'])
  })

  it('sends signals', async () => {
    await using running = run('sleep', ['60'], { reject: false })
    expect(() => running.kill('SIGNONE' as 'SIGTERM')).toThrow(RangeError)
    expect(running.kill('SIGUSR1')).toBe(true)
    const { status, terminationReason } = await running
    expect(status.signal).toBe('SIGUSR1')
    expect(terminationReason).toBeUndefined()
    expect(running.kill()).toBe(false)
  })

  it('ends the command when its scope is left', async () => {
    let pid = 0
    let result: Promise<unknown> = Promise.resolve()
    {
      await using running = run('sleep', ['60'])
      pid = running.pid as number
      result = running.catch((error) => error)
    }
    expect(isAlive(pid)).toBe(false)
    expect(await result).toMatchObject({ terminationReason: 'dispose', code: 'ERR_COMMAND_FAILED' })
  })

  it('leaves a result alone when its scope is left after the end', async () => {
    await using running = run('true')
    const { terminationReason } = await running
    await running[Symbol.asyncDispose]()
    expect(terminationReason).toBeUndefined()
  })

  it('shows that it is not a result', async () => {
    const running = run('true')
    expect(inspect(running)).toBe(`Run <pid ${running.pid}: running>`)
    await running
    expect(`${running}`).toBe(`pid ${running.pid}: exit code 0`)
    const both = pipeline(['true'], ['false'], { reject: false })
    await both
    expect(`${both}`).toMatch(/^pid \d+: exit code 0 \| pid \d+: exit code 1$/)
    const aborted = run('true', [], { signal: AbortSignal.abort() })
    expect(`${aborted}`).toBe('not started')
    await failureOf(aborted)
  })

  it('shows what matters when inspected', async () => {
    const result = await run('printf', ['%s', 'x'.repeat(2000)])
    expect(inspect(result)).toMatch(
      /^RunResult <printf %s x+: exit code 0> \{\s+stdout: 'x+'\.\.\. 1500 more/,
    )
    expect(inspect({ a: { b: { c: result } } })).toContain('RunResult')
  })
})

describe('A command that fails', () => {
  it('rejects with an error that has all of the result', async () => {
    const error = await failureOf(sh('echo out; echo one >&2; echo two >&2; exit 3'))
    expect(error).toBeInstanceOf(CommandError)
    expect(error).toBeInstanceOf(SextonError)
    expect(error).toMatchObject({
      name: 'CommandError',
      code: 'ERR_COMMAND_FAILED',
      stdout: 'out',
      stderr: 'one\ntwo',
      all: null,
      truncated: false,
      heldOpen: false,
    })
    expect(error.message).toBe(`${error.command}: ${error.status}\none\ntwo`)
    expect(error.status.code).toBe(3)
    expect(error.pid).toBe(error.status.pid)
    expect(error.usage).toBe(error.status.usage)
    expect(error.members).toBeUndefined()
    expect('cause' in error).toBe(false)
    expect(error.stack).toMatch(/^CommandError: sh -c/)
  })

  it('says the last ten lines of its standard error', async () => {
    const { message } = await failureOf(sh('seq 30 >&2; exit 1'))
    expect(message.split('\n').slice(1)).toEqual(Array.from({ length: 10 }, (_, i) => `${i + 21}`))
  })

  it.each([{ lines: true }, { encoding: 'buffer' }, { all: true }] as const)(
    'says them with %j too',
    async (options) => {
      const { message } = await failureOf(sh('echo first >&2; echo last >&2; exit 1', options))
      expect(message).toMatch(/\nfirst\nlast$/)
    },
  )

  it('says those of its standard output if it wrote no error', async () => {
    const { message } = await failureOf(sh('echo "a.ts(1,1): error"; exit 2'))
    expect(message).toMatch(/exit code 2\na\.ts\(1,1\): error$/)
  })

  it('says the end of a long line alone', async () => {
    const { message } = await failureOf(sh('head -c 100000 /dev/zero | tr "\\0" x >&2; exit 1'))
    expect(message.length).toBeLessThan(2200)
  })

  it('resolves by reject: false', async () => {
    const result = await sh('echo out; kill -9 $$', { reject: false })
    expect(result).toMatchObject({ stdout: 'out', terminationReason: undefined })
    expect(result.status.signal).toBe('SIGKILL')
  })

  it('is an unhandled rejection only if nobody looks', async () => {
    const unhandled: unknown[] = []
    const listener = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', listener)
    try {
      const handled = sh('exit 1').catch(() => 'seen')
      expect(await handled).toBe('seen')
      await new Promise((resolve) => setImmediate(resolve))
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', listener)
    }
  })
})

describe('A command that cannot be started', () => {
  it.each([true, false])('rejects by the step that failed, with reject: %s', async (reject) => {
    const running = run('/no/such/program', ['x'], { reject })
    expect(running.pid).toBeUndefined()
    expect(running.kill()).toBe(false)
    await expect(running).rejects.toMatchObject({
      code: 'ERR_SPAWN_FAILED',
      syscall: 'execve',
      path: '/no/such/program',
    })
  })

  it('rejects whatever its input is', async () => {
    async function* endless() {
      for (;;) yield 'x'.repeat(10_000)
    }
    for (const input of ['text', 'x'.repeat(200_000), endless()]) {
      await expect(run('/no/such/program', [], { input })).rejects.toMatchObject({
        code: 'ERR_SPAWN_FAILED',
      })
    }
  })

  it('fails a loop over it', async () => {
    const loop = async () => {
      for await (const _ of run('/no/such/program')) throw new Error('there is no line')
    }
    await expect(loop()).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
  })

  it('may have a scope', async () => {
    await using running = run('/no/such/program')
    await expect(running).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
  })
})

describe('A time limit and an abort', () => {
  const started = (running: Run<unknown, 'utf8'>) => running[Symbol.asyncIterator]()

  it('end a command by TERM', async () => {
    const error = await failureOf(run('sleep', ['60'], { timeout: 20 }))
    expect(error).toMatchObject({ terminationReason: 'timeout' })
    expect(error.message).toBe(`sleep 60: timed out, ${error.status}`)
    expect(error.status.signal).toBe('SIGTERM')
    expect('cause' in error).toBe(false)
  })

  it('say the reason of the abort', async () => {
    const controller = new AbortController()
    const running = run('sleep', ['60'], { signal: controller.signal })
    const reason = new Error('enough')
    controller.abort(reason)
    const error = await failureOf(running)
    expect(error).toMatchObject({ terminationReason: 'abort' })
    expect(error.cause).toBe(reason)
  })

  it('resolve by reject: false', async () => {
    const { signal } = new AbortController()
    const result = await run('sleep', ['60'], { timeout: 20, signal, reject: false })
    expect(result.terminationReason).toBe('timeout')
  })

  it.each([true, false])('reject before the start, with reject: %s', async (reject) => {
    const reason = new Error('not at all')
    const running = run('sleep', ['60'], { signal: AbortSignal.abort(reason), reject })
    expect(running.pid).toBeUndefined()
    await expect(running).rejects.toBe(reason)
  })

  it('kill a command that ignores TERM, after the grace', async () => {
    const running = sh('trap "" TERM; echo ready; while :; do sleep 0.05; done', {
      timeout: 300,
      grace: 50,
      reject: false,
    })
    const { status, stdout, terminationReason } = await running
    expect({ signal: status.signal, stdout, terminationReason }).toEqual({
      signal: 'SIGKILL',
      stdout: 'ready',
      terminationReason: 'timeout',
    })
  })

  it('do nothing after the exit, while a descendant holds the pipe', async () => {
    const controller = new AbortController()
    const running = sh('sleep 60 & echo $!', { signal: controller.signal })
    // The exit of the command, which is not yet the end of its output.
    await spawn('tail', ['--pid', String(running.pid), '-f', '/dev/null'], { stdio: 'ignore' })
      .exited
    controller.abort()
    const { stdout, heldOpen, terminationReason } = await running
    process.kill(Number(stdout), 'SIGKILL')
    expect({ heldOpen, terminationReason }).toEqual({
      heldOpen: true,
      terminationReason: undefined,
    })
  })

  it('do nothing after the end', async () => {
    const controller = new AbortController()
    const result = await run('true', [], { signal: controller.signal, timeout: patience(60_000) })
    controller.abort()
    expect(result.terminationReason).toBeUndefined()
  })

  it('fail a loop at its end', async () => {
    const controller = new AbortController()
    const lines = started(sh('echo ready; exec sleep 60', { signal: controller.signal }))
    expect(await lines.next()).toEqual({ done: false, value: 'ready' })
    controller.abort()
    await expect(lines.next()).rejects.toMatchObject({ terminationReason: 'abort' })
  })
})

describe('command()', () => {
  it('can be run any number of times, with more options', async () => {
    const show = command('sh', ['-c', 'echo $A $B $C; pwd'], { env: { A: 'a', B: 'b' }, cwd: '/' })
    const first = await run(show)
    const second = await run(show, { env: { B: undefined, C: 'c' }, lines: true, cwd: '/tmp' })
    expect(first.stdout).toBe('a b\n/')
    expect(second.stdout).toEqual(['a c', '/tmp'])
    expect((await run(show)).stdout).toBe('a b\n/')
  })

  it('is not changed by its caller', async () => {
    const args = ['-c', 'echo $A']
    const env: Record<string, string> = { A: 'a' }
    const options: { env: Record<string, string>; lines?: boolean } = { env }
    const show = command('sh', args, options)
    args[1] = 'echo changed'
    env.A = 'changed'
    options.lines = true
    expect((await run(show)).stdout).toBe('a')
    expect(() => Object.assign(show, { file: 'x' })).toThrow(TypeError)
    expect(() => Object.assign(show.options, { lines: true })).toThrow(TypeError)
    expect(() => (show.args as string[]).push('x')).toThrow(TypeError)
  })

  it('keeps an option that is given as undefined', async () => {
    const lines = command('seq', ['2'], { lines: true })
    expect((await run(lines, { lines: undefined, cwd: undefined } as object)).stdout).toEqual([
      '1',
      '2',
    ])
  })

  it('takes a list of variables in place of its own', async () => {
    const show = command('sh', ['-c', 'echo $A $B'], { env: { A: 'a' } })
    expect((await run(show, { env: ['B=b'] })).stdout).toBe('b')
  })

  it('is the line that it would be in a shell', () => {
    expect(`${command('git', ['commit', '-m', "it's"])}`).toBe("git commit -m 'it'\\''s'")
  })

  it('refuses arguments in place of options', () => {
    const show = command('true')
    expect(() => run(show, ['-l'] as never)).toThrow(/run\(command, options\)/)
    expect(() => (run as (...args: unknown[]) => unknown)(show, {}, { lines: true })).toThrow(
      TypeError,
    )
  })
})
