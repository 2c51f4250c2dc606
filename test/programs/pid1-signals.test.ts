import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { eventually } from '../eventually.js'
import { lacks } from '../needs.js'
import { asPid1, libraryPid1, run } from '../program.js'
import { innerPid, type Running, start, under } from './running.js'

const log = fileURLToPath(new URL('fixtures/signal-log.py', import.meta.url))
const { SIGKILL } = constants.signals

// What cannot be caught; what is about pid1's own children; what means a fault of its own; and the
// two that the C library keeps.
const KEPT = ['KILL', 'STOP', 'CHLD', 'SEGV', 'BUS', 'FPE', 'ILL', 'TRAP', 'ABRT', 'SYS']
const kept = new Set([
  ...KEPT.map((name) => constants.signals[`SIG${name}` as NodeJS.Signals]),
  ...[32, 33],
])
const forwarded = Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => !kept.has(n))

async function startLog(prefix: readonly string[], ...options: string[]) {
  const running = start([...prefix, ...under(...options, '--', 'python3', log)])
  await running.printed(/ready \d+\n/) // a whole line: it may come in pieces
  const child = Number(/ready (\d+)/.exec(running.stdout())?.[1])
  return { running, child }
}

/** The numbers of the signals that it has printed. */
function received(running: Running): number[] {
  const lines = running.stdout().trim().split('\n').slice(1)
  return lines.map((line) => Number.parseInt(line, 10))
}

describe('pid1 forwards', () => {
  it('every signal that can be caught, each once, and none to itself', async () => {
    const { running, child } = await startLog([], '-s')
    const sent: number[] = []
    for (const number of forwarded) {
      process.kill(running.pid, number)
      sent.push(number)
      await eventually(() => expect(received(running)).toEqual(sent))
    }
    expect(sent).toHaveLength(52)
    process.kill(child, SIGKILL)
    expect(await running.ended).toMatchObject({ code: 128 + SIGKILL, stderr: '' })
  })

  it('each instance of a realtime signal, in the order of their numbers', async () => {
    const { running, child } = await startLog([], '-s')
    const burst = [40, 41, 42].flatMap((number) => new Array<number>(30).fill(number))
    for (const number of burst) process.kill(running.pid, number)
    await eventually(() => expect(received(running)).toHaveLength(burst.length))
    expect(received(running).sort()).toEqual(burst)
    process.kill(child, SIGKILL)
    expect(await running.ended).toMatchObject({ code: 128 + SIGKILL })
  })

  it('come as PID 1 too, from outside and inside, without a handler', async () => {
    const { running } = await startLog(asPid1)
    const pid = await innerPid(running)
    const sent: number[] = []
    for (const number of forwarded) {
      process.kill(pid, number)
      sent.push(number)
      await eventually(() => expect(received(running)).toEqual(sent))
    }
    const enter = ['nsenter', '--target', String(pid), '--pid', '--mount']
    for (const number of [15, 2, 1, 50]) {
      await run([...enter, 'sh', '-c', `kill -${number} 1`])
      sent.push(number)
      await eventually(() => expect(received(running)).toEqual(sent))
    }
    process.kill(pid, SIGKILL)
    await running.ended
  })

  it('what its child sends it as the first thing it does', async () => {
    const script = (signal: number) =>
      `trap 'echo back; exit 9' ${signal}; kill -${signal} $PPID; while :; do sleep 0.01; done`
    for (const prefix of [[], asPid1]) {
      for (const signal of [15, 2, 10, 35]) {
        const outcome = await run(under('sh', '-c', script(signal)), { prefix, timeout: 10_000 })
        expect(outcome).toMatchObject({ code: 9, stdout: 'back\n' })
      }
    }
  })

  it.skipIf(lacks('strace'))(
    'from before the child exists: the library has every handler by then',
    async () => {
      const strace = ['strace', '-f', '-qq', '-e', 'trace=rt_sigaction,clone,clone3,vfork,execve']
      const { code, stderr } = await run([...strace, libraryPid1, 'true'])
      expect(code).toBe(0)
      const lines = stderr.split('\n')
      const birth = lines.findIndex((line) => line.includes('CLONE_VFORK'))
      expect(birth).toBeGreaterThan(0)
      for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGWINCH', 'SIGRT_2']) {
        const last = lines
          .slice(0, birth)
          .findLast((line) => line.includes(`rt_sigaction(${name}, {`))
        expect(last, name).toMatch(/SA_SIGINFO/)
      }
    },
  )

  it('nothing that would hide a fault of its own', async () => {
    const withoutCore = ['sh', '-c', 'ulimit -c 0; exec "$@"', 'sh']
    const { running, child } = await startLog(withoutCore, '-s')
    process.kill(running.pid, 'SIGABRT')
    await eventually(() => expect(() => process.kill(running.pid, 0)).toThrow('ESRCH'))
    expect(received(running)).toEqual([])
    process.kill(child, SIGKILL)
    expect(await running.ended).toMatchObject({ signal: 'SIGABRT' })
  })
})
