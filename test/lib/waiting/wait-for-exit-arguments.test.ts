import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Backend, type SextonError, spawn, waitForExit } from '../../../lib/index.js'
import { lacks } from '../../needs.js'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./wait-for-exit-arguments.program.js')>(
  './wait-for-exit-arguments.program.ts',
  import.meta.url,
)

const failure = (pid: unknown, limits?: unknown) =>
  waitForExit(pid as number, limits as number).then(
    () => expect.unreachable('it must reject'),
    (error: SextonError) => error,
  )

describe('a pid that cannot be one', () => {
  it.each([0, -1, -process.ppid, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 4_194_305])(
    'is refused: %s',
    async (bad) => {
      const error = await failure(bad, 1000)
      expect(error).toBeInstanceOf(RangeError)
      expect(error.message).toContain(String(bad))
    },
  )

  it.each(['1', null, undefined, {}])('is refused by type: %s', async (bad) => {
    expect(await failure(bad, 1000)).toBeInstanceOf(TypeError)
  })

  it('is refused as our own: nobody sees their own end', async () => {
    const error = await failure(process.pid, 1000)
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toContain(String(process.pid))
  })

  it.skipIf(lacks('strace'))('is refused before any system call', async () => {
    const calls = 'pidfd_open,pidfd_send_signal,waitid,wait4,kill,tkill,tgkill'
    const prefix = ['strace', '-f', '-qq', '-e', `trace=${calls}`, '-e', 'signal=none']
    const outcome = await programs.run('waitForBadPids', [false], { prefix })
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    // And that this way to look would have found one:
    const seen = await programs.run('waitForBadPids', [true], { prefix })
    expect(seen.stderr).toMatch(/pidfd_open|kill\(/)
  })
})

describe('a pid that no one has', () => {
  it('is ERR_NO_SUCH_PROCESS, with what the system said', async () => {
    const error = await failure(4_194_304, 1000)
    expect(error).toMatchObject({
      name: 'SextonError',
      code: 'ERR_NO_SUCH_PROCESS',
      pid: 4_194_304,
      errno: 3,
      syscall: expect.stringMatching(/^(pidfd_open|kill)$/),
    })
  })

  it('is the same for a child that has been reaped', async () => {
    const child = spawn('true')
    await child.exited
    expect(await failure(child.pid, 1000)).toMatchObject({ code: 'ERR_NO_SUCH_PROCESS' })
  })

  it("is the same for a thread's id", async () => {
    const thread = readdirSync('/proc/self/task')
      .map(Number)
      .find((tid) => tid !== process.pid)
    const error = await failure(thread, 500)
    expect(error).toMatchObject({ code: 'ERR_NO_SUCH_PROCESS', pid: thread })
  })
})

describe('options', () => {
  it.each<[unknown, typeof Error]>([
    [-1, RangeError],
    [Number.NaN, RangeError],
    ['5', TypeError],
    [null, TypeError],
    [{ timeout: -1 }, RangeError],
    [{ timeout: '5' }, TypeError],
    [{ onTimeout: 'ignore' }, RangeError],
    [{ killSignal: 'SIGFOO' }, RangeError],
    [{ killSignal: 0 }, RangeError],
    [{ backend: 'epoll' }, RangeError],
  ])('that make no sense are refused: %j', async (bad, kind) => {
    const child = spawn('cat')
    expect(await failure(child.pid, bad)).toBeInstanceOf(kind)
    child.stdin?.end()
    await child.exited
  })

  it.each<Backend>(['pidfd', 'sigchld', 'poll'])(
    'can choose the back-end %s for one wait',
    async (backend) => {
      const prefix = ['sh', '-c', 'sleep 1000 > /dev/null 2>&1 & exec "$@"', 'sh']
      const code = await programs.evaluate('waitBy', [backend], { prefix })
      expect(code).toBe(137)
    },
  )
})
