import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { signalNumber } from '../../../lib/system/signal-names.js'
import { asPid1, nodeWithInit } from '../../program.js'
import { programFile } from '../../program-file.js'
import type { Listener } from './init-signals.program.js'

// The kernel discards what is sent to PID 1 while the signal's default action is in force.

const programs = await programFile<typeof import('./init-signals.program.js')>(
  './init-signals.program.ts',
  import.meta.url,
)

const asInit = { node: nodeWithInit, prefix: asPid1, timeout: 10_000 }

const STANDARD = ['HUP', 'INT', 'QUIT', 'USR2', 'ALRM', 'TERM', 'STKFLT', 'XCPU', 'IO', 'PWR']

describe('a signal that nobody listens to, sent to PID 1', () => {
  it.each(STANDARD)(
    "ends it: SIG%s, with 128 + its number, after 'exit' listeners",
    async (name) => {
      const number = constants.signals[`SIG${name}` as NodeJS.Signals]
      const { code, stdout } = await programs.run('receive', [name], asInit)
      expect([code, stdout]).toEqual([128 + number, `exit ${128 + number}\n`])
    },
  )

  it.each(['SIGRTMIN', 'SIGRTMIN+3', 'SIGRTMAX'] as const)('ends it: %s', async (name) => {
    const number = signalNumber(name)
    const { code } = await programs.run('receive', [number], asInit)
    expect(code).toBe(128 + number)
  })

  it('is discarded without sexton/init: that is the problem', async () => {
    const { code } = await programs.run('receive', ['TERM', 0], { prefix: asPid1 })
    expect(code).toBe(0)
  })

  it('is told of by sexton:signal, with its sender', async () => {
    const { code, stdout } = await programs.run('tellOrigin', [], asInit)
    expect([code, stdout]).toEqual([143, 'SIGTERM SI_USER 143\nexit 143\n'])
  })

  it('ends it when sent by itself, as signal-exit does afterwards', async () => {
    const { code, stdout } = await programs.run('sendItself', [], asInit)
    expect([code, stdout]).toEqual([143, 'heard\nexit 143\n'])
  })

  // libuv does not hand a signal to who comes later.
  it('ends it if it came before the listener, in a program that loads', async () => {
    const { code, stdout } = await programs.run('listenTooLate', [], asInit)
    expect([code, stdout]).toEqual([143, 'exit 143\n'])
  })

  it('does so once the last who listened has gone', async () => {
    const { code } = await programs.run('stopListening', [], asInit)
    expect(code).toBe(143)
  })

  it('lets the listeners of the program that were added later run, too', async () => {
    const { stdout } = await programs.run('addExitListener', [], asInit)
    expect(stdout).toBe('exit 143\nlater\n')
  })
})

describe('a signal that someone listens to, sent to PID 1, is left alone', () => {
  it.each<Listener>(['process.on', 'process.once', 'Signals', 'shutdown()', 'Signals in a worker'])(
    'by %s',
    async (how) => {
      const outcome = await programs.run('listenBy', [how], asInit)
      expect(outcome).toMatchObject({ code: 5, stdout: 'heard\nexit 5\n', stderr: '' })
    },
  )

  it('forty times in a row, by process.once each time', async () => {
    const { code, stdout } = await programs.run('listenFortyTimes', [], asInit)
    expect([code, stdout]).toEqual([40, 'exit 40\n'])
  })

  it('by a flag of Node: --heapsnapshot-signal', async () => {
    const node = [...nodeWithInit, '--heapsnapshot-signal=SIGUSR2']
    const { code } = await programs.run('writeHeap', [], { ...asInit, node })
    expect(code).toBe(5)
  })
})

it('Elsewhere than as PID 1 the kernel’s default action is left in force', async () => {
  const outcome = await programs.run('receive', ['TERM'], { node: nodeWithInit })
  expect(outcome).toMatchObject({ code: null, signal: 'SIGTERM', stdout: '' })
})

it.each(['SIGWINCH', 'SIGCONT', 'SIGURG', 'SIGCHLD', 'SIGPIPE', 'SIGXFSZ'])(
  'what does not end a process does not end PID 1: %s',
  async (name) => {
    const { code } = await programs.run('receive', [name.slice(3), 7], asInit)
    expect(code).toBe(7)
  },
)
