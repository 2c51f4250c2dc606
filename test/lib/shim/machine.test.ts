import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../eventually.js'
import { sized } from '../../pace.mjs'
import { exitOf, logOf, makeBundle, outputIn, type ShimOptions, startShim } from './shims.js'

const lasting = 'echo ready; exec sleep 1000'

async function running(options: ShimOptions = {}) {
  const shim = startShim({ script: lasting, ...options })
  await eventually(() => expect(logOf(shim)).toContain('ready'))
  await shim.message(0)
  return shim
}

describe('A container', () => {
  it('is created, tells its pid, logs, and leaves its exit code', async () => {
    const shim = startShim({ script: 'echo out; echo err >&2; exit 3' })
    expect(await shim.message(0)).toEqual({ data: shim.pid('pidfile') })
    expect(await shim.foreground).toEqual({ code: 0, stderr: '' })
    expect(await exitOf(shim)).toBe('3')
    expect(logOf(shim).split('\n').sort()).toEqual(['', 'stderr F err', 'stdout F out'])
    expect(shim.messages()).toHaveLength(1)
    const words = ['create', '--bundle', shim.bundle, '--pid-file', join(shim.bundle, 'pidfile')]
    expect(shim.read('words').split('\n')).toEqual([...words, 'c0ffee'])
  })

  it('tells its pid in the words of version 0', async () => {
    const shim = startShim({ legacy: true })
    expect(await shim.message(0)).toEqual({ pid: shim.pid('pidfile') })
    expect(await exitOf(shim)).toBe('0')
  })

  it('that a signal has ended leaves 128 and its number', async () => {
    const shim = startShim({ script: 'kill -KILL $$' })
    expect(await exitOf(shim)).toBe('137')
  })

  it('is not waited for by the pipe: it ends with the pid', async () => {
    const shim = await running()
    process.kill(shim.pid('conmon.pid'), 'SIGTERM')
    expect(await exitOf(shim)).toBe('143')
    expect(shim.messages()).toHaveLength(1)
  })

  it('keeps all its output, though an orphan holds its streams', async () => {
    const lines = sized(20_000, 2000)
    const script = `sleep 1000 & echo $! >orphan; seq ${lines}`
    const shim = startShim({ script })
    expect(await exitOf(shim)).toBe('0')
    const wanted = Array.from({ length: lines }, (_, i) => `${i + 1}\n`)
    expect(outputIn(logOf(shim))).toBe(wanted.join(''))
  })

  it('is killed after its time, and leaves -1', async () => {
    const shim = startShim({ script: lasting, options: ['--timeout', '1'] })
    expect(await exitOf(shim)).toBe('-1')
  })

  it('that many strangers are adopted beside leaves its own code', async () => {
    const strays = sized(100, 40)
    const script = `for i in $(seq ${strays}); do (sh -c 'exit 9' &) ; done; exit 4`
    const shim = startShim({ script })
    expect(await exitOf(shim)).toBe('4')
  })
})

describe('A runtime', () => {
  it('restores a container, by the words of conmon', async () => {
    const options = ['--restore', '/checkpoint', '--runtime-opt', '--tcp-established', '--no-pivot']
    const shim = startShim({ script: 'exit 4', options })
    expect(await shim.message(0)).toEqual({ data: shim.pid('pidfile') })
    expect(await exitOf(shim)).toBe('4')
    expect(shim.read('words').split('\n')).toEqual([
      ...['restore', '--bundle', shim.bundle, '--no-pivot'],
      ...['--detach', '--image-path', '/checkpoint', '--work-path', shim.bundle],
      ...['--pid-file', join(shim.bundle, 'pidfile'), '--tcp-established', 'c0ffee'],
    ])
  })

  it('has the limits of the manager, and so has the exit command', async () => {
    const options = ['--exit-command', '/bin/sh', '--exit-command-arg', '-c']
    const command = 'ulimit -Sn >late; ulimit -Hn >>late'
    const prefix = ['sh', '-c', 'ulimit -Sn 100; ulimit -Hn 200; exec "$@"', 'sh']
    const script = 'ulimit -Sn; ulimit -Hn'
    const shim = startShim({ script, prefix, options: [...options, '--exit-command-arg', command] })
    expect(await exitOf(shim)).toBe('0')
    expect(logOf(shim)).toBe('stdout F 100\nstdout F 200\n')
    await eventually(() => expect(shim.read('late')).toBe('100\n200\n'))
  })
})

describe('A runtime that fails', () => {
  const failing = (text: string, options: ShimOptions = {}) => {
    const bundle = makeBundle()
    writeFileSync(join(bundle, 'failure'), text)
    return startShim(options, bundle)
  }

  it('is reported in its own words, and leaves no exit file', async () => {
    const text = 'runc create failed: exec: "bahs": executable file not found in $PATH\n'
    const shim = failing(text, {
      options: ['--exit-command', '/usr/bin/touch', '--exit-command-arg', 'cleaned'],
    })
    expect(await shim.message(0)).toEqual({ data: -1, message: text })
    expect((await shim.foreground).code).toBe(0)
    await shim.written('cleaned')
    expect(existsSync(join(shim.bundle, 'exits', 'c0ffee'))).toBe(false)
  })

  it('is reported though it has nothing to say', async () => {
    const shim = failing('', { legacy: true })
    const message = 'the runtime exited with code 1'
    expect(await shim.message(0)).toEqual({ pid: -1, message })
  })

  it('is reported though it says more than a pipe holds', async () => {
    const shim = failing('x'.repeat(300_000))
    expect(await shim.message(0)).toEqual({ data: -1, message: 'x'.repeat(8191) })
  })

  it('does not have to wait until it has said all', async () => {
    const shim = failing('x'.repeat(3_000_000))
    const message = 'the runtime exited with code 1'
    expect(await shim.message(0)).toEqual({ data: -1, message })
    expect(outputIn(logOf(shim))).toBe('x'.repeat(3_000_000))
  })

  it('leaves no container, though it had made one', async () => {
    const bundle = makeBundle(lasting)
    writeFileSync(join(bundle, 'late'), '')
    const shim = startShim({}, bundle)
    expect(await shim.message(0)).toMatchObject({ data: -1 })
    expect(() => process.kill(shim.pid('pidfile'), 0)).toThrow('ESRCH')
  })

  it('is not saved by the pid of an earlier container', async () => {
    const bundle = makeBundle()
    writeFileSync(join(bundle, 'pidfile'), '1')
    writeFileSync(join(bundle, 'runtime'), '#!/bin/sh\n', { mode: 0o755 })
    const message = `the runtime left no process id in ${bundle}/pidfile`
    expect(await startShim({}, bundle).message(0)).toEqual({ data: -1, message })
  })

  it('is reported if it cannot be started', async () => {
    const shim = startShim({ options: ['--runtime', '/tmp'] })
    expect(await shim.message(0)).toMatchObject({
      data: -1,
      message: expect.stringContaining('EACCES'),
    })
  })
})

describe('The output of a container', () => {
  it('goes to each of its logs', async () => {
    const options = ['-l', 'none', '-l', 'other.log', '-l', ':third.log']
    const shim = startShim({ script: 'echo out', options })
    expect(await exitOf(shim)).toBe('0')
    for (const name of ['ctr.log', 'other.log', 'third.log']) {
      expect(shim.read(name)).toMatch(/^\S+ stdout F out\n$/)
    }
  })

  it('passes through beside its log', async () => {
    const shim = startShim({ script: 'echo out; exit 3', options: ['-l', 'passthrough', '--sync'] })
    expect((await shim.foreground).code).toBe(3)
    expect(shim.output()).toBe('out\n')
  })
})

describe('A signal for the shim', () => {
  it('goes to the container', async () => {
    const script = 'trap "echo got INT" INT; echo ready; while :; do sleep 0.01; done'
    const shim = await running({ script })
    process.kill(shim.pid('conmon.pid'), 'SIGINT')
    await eventually(() => expect(logOf(shim)).toContain('got INT'))
    process.kill(shim.pid('pidfile'), 'SIGKILL')
    expect(await exitOf(shim)).toBe('137')
  })

  it('ends the runtime while there is no container', async () => {
    const bundle = makeBundle(lasting)
    writeFileSync(join(bundle, 'wait'), '')
    const shim = startShim({}, bundle)
    await shim.written('words')
    await shim.written('conmon.pid')
    process.kill(shim.pid('conmon.pid'), 'SIGTERM')
    const message = 'the runtime was ended by SIGTERM'
    expect(await shim.message(0)).toEqual({ data: -1, message })
  })
})

describe('The exit command', () => {
  const command = (script: string) => [
    '--exit-command',
    '/bin/sh',
    '--exit-command-arg',
    '-c',
    '--exit-command-arg',
    script,
  ]

  it('runs when the exit file is there, with the whole environment', async () => {
    const options = command('cat exits/c0ffee >seen; echo " $MINE" >>seen; echo >done')
    const shim = startShim({ script: 'exit 5', options, env: { MINE: 'mine' } })
    await shim.written('done')
    expect(shim.read('seen')).toBe('5 mine\n')
  })

  it('runs after its delay', async () => {
    const options = [...command('date +%s%N >done'), '--exit-delay', '1']
    const shim = startShim({ options })
    await exitOf(shim)
    const before = Date.now()
    await eventually(() => expect(shim.read('done')).toMatch(/\n/))
    expect(Number(shim.read('done')) / 1e6 - before).toBeGreaterThan(500)
  })

  it('gives a shim in the foreground its code', async () => {
    const shim = startShim({ options: [...command('exit 7'), '--sync'] })
    expect((await shim.foreground).code).toBe(7)
  })
})

describe('A shim in the foreground', () => {
  it('has the exit code of the container', async () => {
    const shim = startShim({ script: 'exit 6', options: ['--sync'] })
    expect(await shim.foreground).toMatchObject({ code: 6 })
  })

  it('waits for its manager', async () => {
    const shim = startShim({ started: false })
    await shim.written('ctr.log')
    expect(existsSync(join(shim.bundle, 'conmon.pid'))).toBe(false)
    shim.begin()
    expect(await exitOf(shim)).toBe('0')
  })
})

describe('An exec session', () => {
  it('tells its pid and then its exit code', async () => {
    const shim = startShim({ exec: true, script: 'exit 5' })
    expect(await shim.message(0)).toEqual({ data: shim.pid('pidfile') })
    expect(await shim.message(1)).toEqual({ data: 5 })
    expect(shim.read('words').split('\n').slice(0, 4)).toEqual([
      ...['exec', '--process', join(shim.bundle, 'container.sh'), '--detach'],
    ])
  })

  it('may end before its runtime does', async () => {
    const bundle = makeBundle('exit 5')
    writeFileSync(join(bundle, 'slow'), '')
    const shim = startShim({ exec: true }, bundle)
    expect(await shim.message(1)).toEqual({ data: 5 })
  })

  it('tells its exit code alone in version 0', async () => {
    const shim = startShim({ exec: true, legacy: true, script: 'exit 5' })
    expect(await shim.message(0)).toEqual({ exit_code: 5 })
  })

  it('tells that its time is over', async () => {
    const shim = startShim({ exec: true, script: lasting, options: ['-T', '1'] })
    expect(await shim.message(1)).toEqual({ data: -1, message: 'command timed out' })
  })

  it('lets clients attach before it begins', async () => {
    const shim = startShim({ exec: true, options: ['--exec-attach'] })
    await eventually(() => expect(shim.attached()).toBe('{"data": 0}\n'))
    expect(existsSync(join(shim.bundle, 'attach'))).toBe(true)
    expect(existsSync(join(shim.bundle, 'words'))).toBe(false)
    shim.begin()
    expect(await shim.message(1)).toEqual({ data: 0 })
    await eventually(() => expect(existsSync(join(shim.bundle, 'attach'))).toBe(false))
  })
})
