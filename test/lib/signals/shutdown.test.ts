import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shutdown } from '../../../lib/index.js'
import { evaluate, root, run } from '../../program.js'
import { start } from '../../programs/running.js'

const prologue = `
  import { setTimeout as sleep } from 'node:timers/promises'
  import { shutdown } from 'sexton'
  const ask = (signal = 'SIGTERM') => process.kill(process.pid, signal)
`
const node = (source: string) => [
  process.execPath,
  '--input-type=module',
  '--eval',
  prologue + source,
]
const ended = (source: string) => run(node(source))

describe('A shutdown', () => {
  it('says who asked for it, waits for the handler, and exits with 0', async () => {
    const running = start(
      node(`
      const alive = setInterval(() => {}, 1000)
      shutdown(async ({ name }) => { await sleep(50); console.log('done after ' + name) })
      console.log('ready')`),
    )
    await running.printed('ready')
    const sender = start(['sh', '-c', `kill -TERM ${running.pid}; read line`], 'pipe')
    const { code, stdout, stderr } = await running.ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ready\ndone after SIGTERM\n' })
    const who = `pid ${sender.pid} (uid ${process.getuid?.()}, sh)`
    expect(stderr).toBe(`SIGTERM from ${who}: shutting down\n`)
    sender.stdin?.end()
    await sender.ended
  })

  it('exits with process.exitCode, after the exit listeners', async () => {
    const outcome = await ended(`
      process.on('exit', (code) => console.log('exit ' + code))
      shutdown(() => { process.exitCode = 3 }, { log() {} })
      ask()
      await sleep(60_000)`)
    expect(outcome).toEqual({ code: 3, signal: null, stdout: 'exit 3\n', stderr: '' })
  })

  it.each([
    ["throw new Error('broken')", 'Error: broken'],
    ["return Promise.reject('refused')", 'refused'],
  ])('exits with 1 where the handler fails: %s', async (body, message) => {
    const outcome = await ended(`
      shutdown(() => { ${body} })
      ask()
      await sleep(60_000)`)
    expect(outcome).toMatchObject({ code: 1 })
    expect(outcome.stderr).toContain(`\nshutting down has failed: ${message}`)
  })

  it.each(['Object.create(null)', "Symbol('lost')", '{ code: 7 }', 'undefined'])(
    'exits with 1 where the handler rejects with %s',
    async (reason) => {
      const { code, stderr } = await ended(`
        shutdown(() => Promise.reject(${reason}))
        ask()
        await sleep(60_000)`)
      expect(code).toBe(1)
      expect(stderr).toMatch(/^shutting down has failed: ./m)
    },
  )

  it('runs its handler to the end where the log throws, and its limits hold', async () => {
    const broken = "log() { throw new Error('broken') }"
    const outcomes = await Promise.all([
      ended(`shutdown(() => { console.log('done') }, { ${broken} }); ask(); await sleep(60_000)`),
      ended(
        `shutdown(() => sleep(60_000), { timeout: 50, ${broken} }); ask(); await sleep(60_000)`,
      ),
    ])
    expect(outcomes).toEqual([
      { code: 0, signal: null, stdout: 'done\n', stderr: '' },
      { code: 143, signal: null, stdout: '', stderr: '' },
    ])
  })

  // In `app 2>&1 | tee log` a Ctrl-C ends tee as well.
  it('leaves the handler its standard error where nobody reads it any more', async () => {
    const program = node(`
      process.stdin.resume()
      shutdown(async () => {
        console.error('ending')
        await sleep(50)
        console.log('done')
      })
      ask()`)
    const shell = ['sh', '-c', '"$@" 2>/dev/full </dev/null', 'sh', ...program]
    expect(await run(shell)).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' })
  })

  it('is seen by those who end the process where nobody listens, as signal-exit does', async () => {
    const { code, stdout } = await ended(`
      process.on('SIGTERM', function last() {
        if (process.listenerCount('SIGTERM') > 1) return
        process.off('SIGTERM', last)
        ask()
      })
      shutdown(async () => { await sleep(700); console.log('done') }, { log() {} })
      ask()
      await sleep(60_000)`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' })
  })

  it("does not end a process that is in its 'exit' listeners", async () => {
    const { code, stdout } = await ended(`
      import { execFileSync } from 'node:child_process'
      import { Signals } from 'sexton'
      const signals = new Signals(['SIGUSR2'])
      process.on('exit', () => {
        execFileSync('sh', ['-c', 'sleep 0.1; kill ' + process.pid])
        signals.close()
      })
      process.on('exit', (code) => console.log('last listener', code))
      shutdown(() => {}, { log() {} })
      ask()
      await sleep(60_000)`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'last listener 0\n' })
  })

  it('exits with 128 + the number when its time is over', async () => {
    const outcome = await ended(`
      shutdown(() => sleep(60_000), { timeout: 50 })
      ask()
      await sleep(60_000)`)
    expect(outcome).toMatchObject({ code: 143 })
    expect(outcome.stderr).toMatch(/^SIGTERM from .*: not done after 50 ms, ending now$/m)
  })

  it('is forced by a second signal, of any of its kinds', async () => {
    const outcome = await ended(`
      shutdown(async () => { await sleep(100); ask('SIGINT'); return sleep(60_000) })
      ask()
      await sleep(60_000)`)
    expect(outcome).toMatchObject({ code: 130 })
    expect(outcome.stderr).toMatch(/^SIGINT from .*: a second signal, ending now$/m)
  })

  it('is not, where that was not wanted', async () => {
    const outcome = await ended(`
      shutdown(async () => { ask(); ask('SIGINT'); await sleep(100) }, { force: 'never' })
      ask()
      await sleep(60_000)`)
    expect(outcome).toMatchObject({ code: 0 })
    expect(outcome.stderr.split('\n')).toHaveLength(2)
  })

  it('leaves the listeners of Node and other iterators what is theirs', async () => {
    const outcome = await ended(`
      import { Signals } from 'sexton'
      process.once('SIGTERM', () => console.log('listener'))
      new Signals(['SIGTERM']).next().then(({ value }) => console.log(value.name))
      shutdown(() => sleep(100), { log() {} })
      ask()
      await sleep(60_000)`)
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout.split('\n').sort()).toEqual(['', 'SIGTERM', 'listener'])
  })

  it('waits for the handlers of all, and fails with one of them', async () => {
    const outcome = await ended(`
      shutdown(() => console.log('at once'), { log() {} })
      shutdown(async () => { await sleep(50); console.log('later') }, { log() {} })
      shutdown(() => { throw new Error('broken') }, { log() {} })
      ask()
      await sleep(60_000)`)
    expect(outcome).toMatchObject({ code: 1, stdout: 'at once\nlater\n' })
  })

  it('keeps no process alive, and keeps one whose handler waits for nothing else', async () => {
    expect(await ended(`shutdown(() => {})`)).toMatchObject({ code: 0, stdout: '' })
    const outcome = await ended(`
      shutdown(() => sleep(50, undefined, { ref: false }).then(() => console.log('done')))
      ask()
      await sleep(10)`)
    expect(outcome).toMatchObject({ code: 0, stdout: 'done\n' })
  })

  it('can be taken back: the default action is in force again', async () => {
    const outcome = await ended(`
      const taken = shutdown(() => console.log('no'))
      taken[Symbol.dispose]()
      ask()
      await sleep(60_000)`)
    expect(outcome).toEqual({ code: null, signal: 'SIGTERM', stdout: '', stderr: '' })
  })

  it('is for the main thread', async () => {
    const result = await evaluate(`
      import { Worker } from 'node:worker_threads'
      const source = "import('sexton').then(({ shutdown }) => shutdown(() => {}))"
      new Worker(source, { eval: true }).on('error', ({ code }) => console.log(JSON.stringify(code)))`)
    expect(result).toBe('ERR_UNSUPPORTED')
  })
})

// On a terminal, under a parent that hands every Ctrl-C on: the child gets each of them twice.
describe('A Ctrl-C that comes from the terminal and from a parent', () => {
  const FORWARDER = `
    const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, ['--input-type=module', '--eval', process.argv[1]], { stdio: 'inherit' })
    process.on('SIGINT', () => child.kill('SIGINT'))
    child.on('exit', (code) => process.exit(code))`
  const onTerminal = (source: string) => {
    const parent = [process.execPath, '--eval', FORWARDER, prologue + source]
    const terminal = join(root, 'test', 'programs', 'fixtures', 'terminal.py')
    return start(['python3', terminal, '80', '25', ...parent], 'pipe')
  }

  it('counts once', async () => {
    const running = onTerminal(`
      shutdown(() => sleep(700))
      console.log('ready')
      await sleep(60_000)`)
    await running.printed('ready')
    running.stdin?.write('^C\n')
    const { code, stdout } = await running.ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/SIGINT from .*: shutting down/)
    expect(stdout).not.toContain('second')
  })

  it('forces as the second one', async () => {
    const running = onTerminal(`
      shutdown(() => { setTimeout(() => console.log('go on'), 600); return sleep(60_000) }, { timeout: 60_000 })
      console.log('ready')
      await sleep(60_000)`)
    await running.printed('ready')
    running.stdin?.write('^C\n')
    await running.printed('go on')
    running.stdin?.write('^C\n')
    const { code, stdout } = await running.ended
    expect(code).toBe(130)
    expect(stdout).toMatch(/SIGINT from .*: a second signal, ending now/)
  })
})

describe('Bad arguments', () => {
  it.each([
    [5, {}, 'invalid handler 5: expected a function'],
    [
      () => {},
      null as never,
      'invalid options null: expected a plain object, for example { timeout: … }',
    ],
    [
      () => {},
      { timeout: -1 },
      'invalid timeout -1: expected 0 or more milliseconds, for example 5000, or Infinity',
    ],
    [
      () => {},
      { timeout: '5s' },
      "invalid timeout '5s': expected 0 or more milliseconds, for example 5000, or Infinity",
    ],
    [
      () => {},
      { signals: 'SIGTERM' },
      "invalid signals 'SIGTERM': expected a list, for example ['SIGTERM']",
    ],
    [() => {}, { signals: ['SIGKILL'] }, 'SIGKILL cannot be caught'],
    [() => {}, { force: true }, "invalid force true: expected 'second-signal' or 'never'"],
    [() => {}, { log: 'stderr' }, "invalid log 'stderr': expected a function"],
  ])('are quoted: %o, %o', (handler, options, message) => {
    expect(() => shutdown(handler as () => void, options as object)).toThrow(message)
  })
})
