import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Examination } from '../../lib/cli/doctor/examination.js'
import type { Finding } from '../../lib/cli/doctor/findings.js'
import type { Reception } from '../../lib/cli/doctor/reception.js'
import { hasSignal, parseStatus } from '../../lib/cli/doctor/status.js'
import { eventually } from '../eventually.js'
import { lacks } from '../needs.js'
import {
  asNobody,
  asPid1,
  evaluating,
  libraryPid1,
  nodeWithInit,
  pid1,
  root,
  run,
} from '../program.js'
import { innerPid, type Running, start } from './running.js'

// Each program stands as PID 1 of a namespace. The doctor is asked what SIGTERM meets there, and then
// SIGTERM is sent, which shows whether the doctor was right.

type Report = Examination & { healthy: boolean; findings: Finding[] }

async function report(pid: number, prefix: readonly string[] = []): Promise<Report> {
  const command = [process.execPath, `${root}dist/cli/sexton.js`, 'doctor', '--json', `${pid}`]
  const { code, stdout, stderr } = await run(command, { prefix })
  expect(stderr).toBe('')
  const seen = JSON.parse(stdout) as Report
  expect(code).toBe(seen.healthy ? 0 : 1)
  return seen
}

/** Asks until the program has come to rest; a diagnosis that it fails to settle on is the last one. */
async function settled(pid: number, expected: Diagnosis): Promise<Report> {
  const end = performance.now() + 20_000
  for (;;) {
    const seen = await report(pid)
    const { sigterm, sigchld } = seen
    if ((sigterm === expected[0] && sigchld === expected[1]) || performance.now() > end) return seen
    // Before an init has come to rest it may look as if it could not be seen; never as if it were broken.
    if (expected[2] !== 'wrong') expect(seen.findings.filter(isWrong)).toEqual([])
  }
}

const isWrong = ({ level }: Finding) => level === 'wrong'
const aboutTerm = ({ message }: Finding) => message.includes('SIGTERM')

/** What SIGTERM and SIGCHLD meet, and how the doctor judges that SIGTERM. */
type Diagnosis = [sigterm: Reception, sigchld: Reception, level: Finding['level']]

async function asInit(
  command: readonly string[],
): Promise<Running & { init: number; status(): ReturnType<typeof parseStatus> }> {
  const running = start([...asPid1, ...command], 'pipe')
  const init = await innerPid(running)
  await running.printed('ready')
  const status = () => parseStatus(readFileSync(`/proc/${init}/status`, 'utf8'))
  return { ...running, init, status }
}

async function diagnose(
  command: readonly string[],
  expected: Diagnosis,
): Promise<Running & { init: number }> {
  const running = await asInit(command)
  const { sigterm, sigchld, findings } = await settled(running.init, expected)
  const level = findings.find(aboutTerm)?.level
  expect([sigterm, sigchld, level]).toEqual(expected)
  // Of the other findings, none blames a program that does nothing wrong.
  expect(findings.filter((one) => isWrong(one) && !aboutTerm(one))).toEqual([])
  return running
}

const cat = ['sh', '-c', 'echo ready; exec cat']
const node = (source: string) => [process.execPath, ...evaluating(source)]
const echoing = `console.log('ready'); process.stdin.pipe(process.stdout)`
const listening = `process.on('SIGTERM', () => process.exit(5)); ${echoing}`
const python = (source: string) => [
  ...['python3', '-c'],
  `import signal, sys, threading, os\nTERM = [signal.SIGTERM]\n${source}`,
]
const announced = `print('ready', flush=True)`
const waitingThread = `
def wait():
  ${announced}
  signal.sigwait(TERM)
  os._exit(5)
threading.Thread(target=wait, daemon=True).start()
print(sys.stdin.read(), end='', flush=True)`
const block = 'signal.pthread_sigmask(signal.SIG_BLOCK, TERM)'

// The library has handlers, and the keeper waits for all signals.
const heard = pid1 === libraryPid1 ? 'handled' : 'awaited'

const areMissing = lacks('tini', 'dumb-init', 'catatonit')

describe.skipIf(areMissing)('sexton doctor, of a PID 1 that ends by SIGTERM', () => {
  it.each<[string, readonly string[], Diagnosis, number]>([
    ['tini', ['tini', '--', ...cat], ['awaited', 'awaited', 'fine'], 143],
    ['dumb-init', ['dumb-init', ...cat], ['handled', 'handled', 'fine'], 143],
    ['catatonit', ['catatonit', '--', ...cat], ['awaited', 'awaited', 'fine'], 143],
    ['pid1', [pid1, '--', ...cat], [heard, heard, 'fine'], 143],
    [
      'bash with a trap, which blocks SIGCHLD while it waits',
      ['bash', '-c', 'trap "exit 5" TERM; sleep 1000 & echo ready; wait'],
      ['handled', 'blocked', 'fine'],
      5,
    ],
    [
      'dash with a trap',
      ['dash', '-c', 'trap "exit 5" TERM; sleep 1000 & echo ready; wait'],
      ['handled', 'handled', 'fine'],
      5,
    ],
    ['Node that listens', node(listening), ['handled', 'default', 'note'], 5],
    [
      'Node with sexton/init',
      [...nodeWithInit, ...evaluating(echoing)],
      ['handled', 'handled', 'fine'],
      143,
    ],
    [
      'a thread that waits for it, while the main thread blocks it',
      python(`${block}${waitingThread}`),
      ['awaited', 'default', 'fine'],
      5,
    ],
  ])('%s: blames it for nothing', async (_, command, expected, code) => {
    const { init, ended } = await diagnose(command, expected)
    process.kill(init, 'SIGTERM')
    expect(await ended).toMatchObject({ code, signal: null, stdout: 'ready\n' })
  })
})

describe('sexton doctor, of a PID 1 that SIGTERM does not end', () => {
  it.each<[string, readonly string[], Diagnosis]>([
    ['a program without a handler', cat, ['default', 'default', 'wrong']],
    ['bash', ['bash', '-c', 'echo ready; cat; exit 0'], ['default', 'blocked', 'wrong']],
    ['dash', ['dash', '-c', 'echo ready; cat; exit 0'], ['default', 'handled', 'wrong']],
    [
      'a program that ignores it',
      ['sh', '-c', 'trap "" TERM; echo ready; exec cat'],
      ['ignored', 'default', 'wrong'],
    ],
    [
      'a thread that waits for it, while the main thread does not block it',
      python(waitingThread),
      ['default', 'default', 'wrong'],
    ],
    [
      'a program that blocks it for good',
      python(`${block}\n${announced}\nprint(sys.stdin.read(), end='', flush=True)`),
      ['blocked', 'default', 'note'],
    ],
  ])('%s: knows, or says that it cannot be seen', async (_, command, expected) => {
    const { init, stdin, ended } = await diagnose(command, expected)
    process.kill(init, 'SIGTERM')
    stdin?.end('alive\n')
    expect(await ended).toMatchObject({ code: 0, signal: null, stdout: 'ready\nalive\n' })
  })

  it('cannot see Node’s, until Node has given up its own handler', async () => {
    const { init, stdin, ended } = await diagnose(node(echoing), ['handled', 'default', 'note'])
    process.kill(init, 'SIGTERM')
    const handles = () =>
      hasSignal(parseStatus(readFileSync(`/proc/${init}/status`, 'utf8')).caught, 15)
    await eventually(() => expect(handles()).toBe(false), 20_000)
    const { sigterm, healthy } = await report(init)
    expect([sigterm, healthy]).toEqual(['default', false])
    stdin?.end('alive\n')
    expect(await ended).toMatchObject({ code: 0, signal: null, stdout: 'ready\nalive\n' })
  })
})

describe.skipIf(areMissing)("sexton doctor, of another user's PID 1", () => {
  it.each([
    ['tini, which ends by SIGTERM', ['tini', '--', ...cat]],
    ['a program without a handler', cat],
  ])('%s: says that it cannot be seen', async (_, command) => {
    const { init, stdin, ended } = await asInit(command)
    const { sigterm, healthy, findings } = await report(init, asNobody)
    expect([sigterm, healthy]).toEqual(['unknown', true])
    expect(findings.find(aboutTerm)?.message).toMatch(/SIGTERM may or may not reach it/)
    stdin?.end()
    await ended
  })
})
