import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { waitForExit } from '../../../lib/index.js'
import { patience } from '../../pace.mjs'
import { asNobody } from '../../program.js'
import { programFile } from '../../program-file.js'
import { Dialogue } from '../dialogue.js'
import { Stranger, statusOutlivesReaping } from '../stranger.js'

const programs = await programFile<typeof import('./wait-for-exit-strangers.program.js')>(
  './wait-for-exit-strangers.program.ts',
  import.meta.url,
)

const reapingParent = fileURLToPath(new URL('../../fixtures/reaping-parent.py', import.meta.url))
const ENOUGH = patience(10_000)
const NOBODY = 65534

describe("another process's child", () => {
  it('is known by its code while its parent leaves it a zombie', async () => {
    await using stranger = await Stranger.start()
    const waiting = waitForExit(stranger.pid, ENOUGH)
    await stranger.exit(7)
    expect(await waiting).toMatchObject({ pid: stranger.pid, code: 7, signal: null, known: true })
  })

  it('is known by its signal too', async () => {
    await using stranger = await Stranger.start()
    const waiting = waitForExit(stranger.pid, ENOUGH)
    await stranger.kill(10)
    expect(await waiting).toMatchObject({ code: null, signal: 'SIGUSR1', known: true })
  })

  it('is known although it was a zombie before anyone asked', async () => {
    await using stranger = await Stranger.start()
    await stranger.exit(42)
    expect(await waitForExit(stranger.pid, 0)).toMatchObject({ code: 42, known: true })
  })

  it('is left to its parent, who can still reap it', async () => {
    await using stranger = await Stranger.start()
    const waiting = waitForExit(stranger.pid, ENOUGH)
    await stranger.exit(3)
    await waiting
    await expect(stranger.reap()).resolves.toBeUndefined()
  })

  it('is known after its parent has reaped it, where the kernel tells', async () => {
    await using stranger = await Stranger.start()
    const waiting = waitForExit(stranger.pid, ENOUGH)
    // One look at the pipe between the two: nothing of ours runs in between but the loop's own turn.
    await Promise.all([stranger.exit(7), stranger.reap()])
    const status = await waiting
    if (statusOutlivesReaping()) expect(status).toMatchObject({ code: 7, known: true })
    else expect([7, null]).toContain(status.code)
    expect(status.known).toBe(status.code === 7)
  })

  it('is known each time, however soon its parent reaps it', async () => {
    await using parent = new Dialogue(['python3', reapingParent, '300'])
    const statuses = { known: 0, right: 0 }
    for (let round = 0; round < 300; round += 1) {
      const waiting = waitForExit(Number(await parent.line()), ENOUGH)
      parent.stdin.write('\n')
      const { known, code } = await waiting
      if (known) statuses.known += 1
      if (code === (known ? 7 : null)) statuses.right += 1
    }
    expect(statuses).toEqual({
      known: statusOutlivesReaping() ? 300 : expect.any(Number),
      right: 300,
    })
  })

  it('is gone for a late comer once it was reaped', async () => {
    await using stranger = await Stranger.start()
    await stranger.exit(7)
    await stranger.reap()
    const error = await waitForExit(stranger.pid, ENOUGH).catch((error) => error)
    expect(error).toMatchObject({ code: 'ERR_NO_SUCH_PROCESS', pid: stranger.pid })
  })

  it('is killed on timeout, and known by that', async () => {
    await using stranger = await Stranger.start()
    const status = await waitForExit(stranger.pid, { timeout: 10, onTimeout: 'kill' })
    expect(status).toMatchObject({ signal: 'SIGKILL', known: true })
  })

  it('lives on after a timeout', async () => {
    await using stranger = await Stranger.start()
    await expect(waitForExit(stranger.pid, 0)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    await expect(waitForExit(stranger.pid, 10)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    await stranger.exit(0)
  })

  it('answers every one of several waiters', async () => {
    await using stranger = await Stranger.start()
    const waiting = Array.from({ length: 8 }, () => waitForExit(stranger.pid, ENOUGH))
    await stranger.exit(12)
    expect((await Promise.all(waiting)).map(({ code }) => code)).toEqual(Array(8).fill(12))
  })

  it('can be watched by the dozen', async () => {
    const strangers = await Promise.all(Array.from({ length: 12 }, () => Stranger.start()))
    const waiting = strangers.map(({ pid }) => waitForExit(pid, ENOUGH))
    await Promise.all(strangers.map((stranger, i) => stranger.exit(i)))
    expect((await Promise.all(waiting)).map(({ code }) => code)).toEqual([...strangers.keys()])
    await Promise.all(strangers.map((stranger) => stranger[Symbol.asyncDispose]()))
  })
})

describe("another user's process", () => {
  it('is known to root', async () => {
    await using stranger = await Stranger.start(NOBODY)
    const waiting = waitForExit(stranger.pid, ENOUGH)
    await stranger.exit(7)
    expect(await waiting).toMatchObject({ code: 7, known: true })
  })

  it('is seen to end by one who may not know how, while it stays a zombie', async () => {
    await using stranger = await Stranger.start()
    await using nobody = await waitAsNobody(stranger.pid)
    await stranger.exit(7)
    expect(JSON.parse(await nobody.line())).toMatchObject({
      code: null,
      signal: null,
      known: false,
    })
  })

  it('is known even so once it was reaped, where the kernel tells', async () => {
    await using stranger = await Stranger.start()
    await using nobody = await waitAsNobody(stranger.pid)
    await stranger.exit(7)
    await stranger.reap()
    expect(JSON.parse(await nobody.line())).toMatchObject(
      statusOutlivesReaping() ? { code: 7, known: true } : { code: null, known: false },
    )
  })
})

/** An unprivileged user's wait, which has begun; its result is the next line. */
async function waitAsNobody(pid: number): Promise<Dialogue> {
  const nobody = new Dialogue([...asNobody, ...programs.command('waitAndTell', [pid])])
  expect(await nobody.line()).toBe('waiting')
  return nobody
}
