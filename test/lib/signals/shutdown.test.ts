import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shutdown } from '../../../lib/index.js'
import { root, run } from '../../program.js'
import { programFile } from '../../program-file.js'
import { start } from '../../programs/running.js'

// Its times are tested in orderly-exit.test.ts, on a clock of the tests.

const programs = await programFile<typeof import('./shutdown.program.js')>(
  './shutdown.program.ts',
  import.meta.url,
)

describe('A shutdown', () => {
  it('says who asked for it, waits for the handler, and exits with 0', async () => {
    const running = start(programs.command('sayDone', []))
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
    const outcome = await programs.run('setExitCode', [])
    expect(outcome).toEqual({ code: 3, signal: null, stdout: 'exit 3\n', stderr: '' })
  })

  it('exits with 1 where the handler throws', async () => {
    const outcome = await programs.run('throwError', [])
    expect(outcome).toMatchObject({ code: 1 })
    expect(outcome.stderr).toContain('\nthe shutdown handler failed: Error: broken')
  })

  it.each([
    ['text', /refused$/m],
    ['bare', /./],
    ['symbol', /./],
    ['object', /./],
    ['nothing', /./],
  ] as const)('exits with 1 where the handler rejects: %s', async (reason, words) => {
    const { code, stderr } = await programs.run('rejectWith', [reason])
    expect(code).toBe(1)
    const [, told] = /^the shutdown handler failed: (.+)/m.exec(stderr) ?? []
    expect(told).toMatch(words)
  })

  it('runs its handler to the end where the log throws', async () => {
    const outcome = await programs.run('failToLog', [true])
    expect(outcome).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' })
  })

  it('exits when its time is over where the log throws', async () => {
    const outcome = await programs.run('failToLog', [false, { timeout: 50 }])
    expect(outcome).toEqual({ code: 143, signal: null, stdout: '', stderr: '' })
  })

  // In `app 2>&1 | tee log` a Ctrl-C ends tee as well.
  it('leaves the handler a standard error that nobody reads', async () => {
    const program = programs.command('writeToClosedError', [])
    const shell = ['sh', '-c', '"$@" 2>/dev/full </dev/null', 'sh', ...program]
    expect(await run(shell)).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' })
  })

  it('is seen as a listener, by which signal-exit knows that one is there', async () => {
    const { code, stdout } = await programs.run('askAgainIfNobodyListens', [])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' })
  })

  it("does not end a process that is in its 'exit' listeners", async () => {
    const { code, stdout } = await programs.run('askDuringExit', [])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'last listener 0\n' })
  })

  it("leaves Node's listeners and other iterators their signals", async () => {
    const outcome = await programs.run('listenBeside', [])
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout.split('\n').sort()).toEqual(['', 'SIGTERM', 'listener'])
  })

  it('waits for the handlers of all, and fails with one of them', async () => {
    const outcome = await programs.run('failAsOneOfThree', [])
    expect(outcome).toMatchObject({ code: 1, stdout: 'at once\nlater\n' })
  })

  it('keeps no process alive before a signal comes', async () => {
    expect(await programs.run('listenOnly', [])).toMatchObject({ code: 0, stdout: '' })
  })

  it('keeps a process alive whose handler waits for nothing else', async () => {
    const outcome = await programs.run('waitByUnreferencedTimer', [])
    expect(outcome).toMatchObject({ code: 0, stdout: 'done\n' })
  })

  it('can be taken back: the default action is in force again', async () => {
    const outcome = await programs.run('dispose', [])
    expect(outcome).toEqual({ code: null, signal: 'SIGTERM', stdout: '', stderr: '' })
  })

  it('is for the main thread', async () => {
    expect(await programs.evaluate('startInWorker', [])).toBe('ERR_UNSUPPORTED')
  })
})

// Under a parent that hands every Ctrl-C on, the child gets each of them twice. The one story here that
// needs the real clock: the first Ctrl-C is a request of half a second, in which its echo comes.
describe('A Ctrl-C on a terminal, under a parent that hands it on', () => {
  it('counts once, and forces as the second one', async () => {
    const child = programs.command('goOnAfterTheFirst', [600])
    const parent = programs.command('forwardInterrupts', child)
    const terminal = join(root, 'test', 'programs', 'fixtures', 'terminal.py')
    const running = start(['python3', terminal, '80', '25', ...parent], 'pipe')
    await running.printed('ready')
    running.stdin?.write('^C\n')
    await running.printed('go on')
    expect(running.stdout()).toMatch(/SIGINT from .*: shutting down/)
    expect(running.stdout()).not.toContain('second')
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
