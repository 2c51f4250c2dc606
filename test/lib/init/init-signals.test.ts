import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { signalNumber } from '../../../lib/system/signal-names.js'
import { asPid1, evaluating, nodeWithInit, run } from '../../program.js'

// The kernel discards what is sent to PID 1 while the signal's default action is in force.

const prologue = `
  import { subscribe } from 'node:diagnostics_channel'
  import { spawnSync } from 'node:child_process'
  // By another process, as it comes in practice.
  const send = (signal) => spawnSync('kill', ['-' + signal, String(process.pid)])
  const alive = setInterval(() => {}, 1000)
  process.on('exit', (code) => console.log('exit', code))
  const later = (code) => setTimeout(() => process.exit(code), 100)
`
const asInit = (source: string, prefix = asPid1, node = nodeWithInit) =>
  run([...node, ...evaluating(prologue + source)], { prefix, timeout: 10_000 })
const plain = [process.execPath]

const STANDARD = ['HUP', 'INT', 'QUIT', 'USR2', 'ALRM', 'TERM', 'STKFLT', 'XCPU', 'IO', 'PWR']

describe('a signal that nobody listens to, sent to PID 1', () => {
  it.each(STANDARD)(
    "ends it: SIG%s, with 128 + its number, after 'exit' listeners",
    async (name) => {
      const number = constants.signals[`SIG${name}` as NodeJS.Signals]
      const { code, stdout } = await asInit(`send('${name}')`)
      expect([code, stdout]).toEqual([128 + number, `exit ${128 + number}\n`])
    },
  )

  it.each(['SIGRTMIN', 'SIGRTMIN+3', 'SIGRTMAX'] as const)('ends it: %s', async (name) => {
    const number = signalNumber(name)
    const { code } = await asInit(`send(${number})`)
    expect(code).toBe(128 + number)
  })

  it('is discarded without sexton/init: that is the problem', async () => {
    const { code } = await asInit("send('TERM'); later(0)", asPid1, plain)
    expect(code).toBe(0)
  })

  it('is told of by sexton:signal, with its sender', async () => {
    const { code, stdout } = await asInit(`
      subscribe('sexton:signal', ({ signal, code }) => console.log(signal.name, signal.origin.code, code))
      send('TERM')`)
    expect([code, stdout]).toEqual([143, 'SIGTERM SI_USER 143\nexit 143\n'])
  })

  it('ends it when sent by itself, as signal-exit does afterwards', async () => {
    const { code, stdout } = await asInit(`
      process.on('SIGTERM', function last() {
        console.log('heard')
        process.off('SIGTERM', last)
        process.kill(process.pid, 'SIGTERM')
      })
      send('TERM')`)
    expect([code, stdout]).toEqual([143, 'heard\nexit 143\n'])
  })

  // libuv does not hand a signal to who comes later.
  it('ends it if it came before the listener, in a program that loads', async () => {
    const { code, stdout } = await asInit(`
      send('TERM')
      process.on('SIGTERM', () => console.log('heard'))
      later(9)`)
    expect([code, stdout]).toEqual([143, 'exit 143\n'])
  })

  it('does so once the last who listened has gone', async () => {
    const { code } = await asInit(`
      const { Signals } = await import('sexton')
      const signals = new Signals(['SIGTERM'])
      process.on('SIGTERM', () => {})
      process.removeAllListeners('SIGTERM')
      signals.close()
      send('TERM')`)
    expect(code).toBe(143)
  })

  it('lets the listeners of the program that were added later run, too', async () => {
    const { stdout } = await asInit(`
      process.on('exit', () => console.log('later'))
      send('TERM')`)
    expect(stdout).toBe('exit 143\nlater\n')
  })
})

describe('a signal that someone listens to, sent to PID 1, is left alone', () => {
  const listeners: [string, string][] = [
    ['process.on', "process.on('SIGTERM', () => { console.log('heard'); later(5) })"],
    ['process.once', "process.once('SIGTERM', () => { console.log('heard'); later(5) })"],
    [
      'Signals',
      `const { Signals } = await import('sexton')
       const signals = new Signals(['SIGTERM'])
       signals.next().then(() => { console.log('heard'); later(5) })`,
    ],
    [
      'shutdown()',
      `const { shutdown } = await import('sexton')
       shutdown(() => { console.log('heard'); process.exitCode = 5 }, { log() {} })`,
    ],
    [
      'Signals in a worker',
      `import { Worker } from 'node:worker_threads'
       import { once } from 'node:events'
       const worker = new Worker(\`
         const { parentPort } = await import('node:worker_threads')
         const { Signals } = await import('sexton')
         const signals = new Signals(['SIGTERM'])
         parentPort.postMessage('ready')
         await signals.next()
         parentPort.postMessage('heard')\`, { eval: true })
       await once(worker, 'message')
       worker.once('message', () => { console.log('heard'); later(5) })`,
    ],
  ]
  it.each(listeners)('by %s', async (_, listen) => {
    const { code, stdout, stderr } = await asInit(`${listen}\nsend('TERM')`)
    expect({ code, stdout, stderr }).toEqual({ code: 5, stdout: 'heard\nexit 5\n', stderr: '' })
  })

  it('forty times in a row, by process.once each time', async () => {
    const { code, stdout } = await asInit(`
      let heard = 0
      const again = () => process.once('SIGTERM', () => {
        heard += 1
        if (heard < 40) { again(); setImmediate(send, 'TERM') }
        else process.exit(heard)
      })
      again()
      send('TERM')`)
    expect([code, stdout]).toEqual([40, 'exit 40\n'])
  })

  it('by a flag of Node: --heapsnapshot-signal', async () => {
    const { code } = await asInit(
      `
      import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
      const directory = mkdtempSync('/tmp/sexton-heap-')
      process.chdir(directory)
      send('USR2')
      const looking = setInterval(() => {
        if (readdirSync('.').length === 0) return
        process.chdir('/')
        rmSync(directory, { recursive: true })
        process.exit(5)
      }, 20)`,
      asPid1,
      [...nodeWithInit, '--heapsnapshot-signal=SIGUSR2'],
    )
    expect(code).toBe(5)
  })
})

it('Elsewhere than as PID 1 the kernel’s default action is left in force', async () => {
  const { code, signal, stdout } = await asInit("send('TERM')", [])
  expect([code, signal, stdout]).toEqual([null, 'SIGTERM', ''])
})

it.each(['SIGWINCH', 'SIGCONT', 'SIGURG', 'SIGCHLD', 'SIGPIPE', 'SIGXFSZ'])(
  'what does not end a process does not end PID 1: %s',
  async (name) => {
    const { code } = await asInit(`send('${name.slice(3)}'); later(7)`)
    expect(code).toBe(7)
  },
)
