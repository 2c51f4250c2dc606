import { describe, expect, it } from 'vitest'
import { openProcess, type SextonError, waitForExit } from '../../lib/index.js'
import { evaluate } from '../program.js'

const GONE = 4_000_000 // above every pid_max that tests run with

describe('A wait for a pid without a process', () => {
  it.each(['pidfd', 'poll'] as const)(
    'says so by %s, with the system call in cause',
    async (backend) => {
      const error: SextonError = await waitForExit(GONE, { backend }).catch((reason) => reason)
      expect(error).toMatchObject({
        code: 'ERR_NO_SUCH_PROCESS',
        message: `no process ${GONE}`,
        pid: GONE,
        errno: 3,
        cause: { code: 'ERR_NO_SUCH_PROCESS', pid: GONE, cause: { code: 'ESRCH' } },
      })
      expect((error.cause as Error).message).toMatch(/^(pidfd_open|kill) \(pid 4000000\): ESRCH: /)
    },
  )

  it('is refused by openProcess() in the same words', () => {
    expect(() => openProcess(GONE)).toThrow(`no process ${GONE}`)
  })
})

describe('SEXTON_BACKEND', () => {
  it('is named by the error of a bad value', async () => {
    const message = await evaluate<string>(`
      import { backend } from 'sexton'
      process.env.SEXTON_BACKEND = 'foo'
      try {
        backend()
      } catch (error) {
        console.log(JSON.stringify(error.message))
      }`)
    expect(message).toBe("invalid SEXTON_BACKEND 'foo': expected 'pidfd', 'sigchld' or 'poll'")
  })

  it('is not named by the error of the option `backend`', async () => {
    const bad = waitForExit(1, { backend: 'foo' as never })
    await expect(bad).rejects.toThrow(
      "invalid backend 'foo': expected 'pidfd', 'sigchld' or 'poll'",
    )
  })
})
